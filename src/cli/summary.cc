#include "cli/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/format.h"

namespace pantile::cli {
namespace {

std::string rate_text(double amount, std::string_view unit, double seconds) {
  return seconds > 0 ? human_rate(amount / seconds, unit) : std::string();
}

/// The width of a column that `text` has to fit into too.
std::size_t widest(std::size_t width, std::string_view text) {
  return std::max(width, text.size());
}

std::string compression(const OutputSummary& output) {
  if (output.disk_bytes <= 0 || output.raw_bytes <= 0) return "-";
  return fmt::format(
      "{:.2f}x", static_cast<double>(output.raw_bytes) / static_cast<double>(output.disk_bytes));
}

/// What each GPU did, if there were any.
std::string device_lines(const JobSummary& summary) {
  if (summary.devices.empty()) return {};
  std::string out = "\n";
  const auto all = static_cast<double>(std::max<std::int64_t>(1, summary.pixels_done));
  std::int64_t by_gpus = 0;
  for (const DeviceSummary& d : summary.devices) {
    by_gpus += d.pixels;
    out += fmt::format(
        "{}: {} of the pixels ({:.1f} %), idle {}, waiting for the CPU {}, {} of "
        "its memory{}\n",
        d.name, human(static_cast<double>(d.pixels), "px"),
        100 * static_cast<double>(d.pixels) / all, human_seconds(d.idle_s),
        human_seconds(d.blocked_s), human_memory(d.memory_bytes),
        d.lost.empty() ? "" : "; lost on the way");
    if (!d.note.empty()) out += d.note + "\n";
  }
  const std::int64_t by_cpu = std::max<std::int64_t>(0, summary.pixels_done - by_gpus);
  out +=
      fmt::format("CPU: {} of the pixels ({:.1f} %), {} {}, idle {}{}\n",
                  human(static_cast<double>(by_cpu), "px"), 100 * static_cast<double>(by_cpu) / all,
                  summary.workers, summary.workers == 1 ? "worker" : "workers",
                  human_seconds(summary.workers_idle_s / std::max(1, summary.workers)),
                  summary.workers == 1 ? "" : " on average");
  return out;
}

}  // namespace

std::string summary_table(const JobSummary& summary) {
  std::string out;
  std::size_t name_width = 11;
  for (const StageSummary& stage : summary.stages) name_width = widest(name_width, stage.name);
  const auto line = [&](std::string_view name, std::string_view amount, std::string_view time,
                        std::string_view speed) {
    std::string text =
        fmt::format("{:<{}}  {:>10} {:>11} {:>14}", name, name_width, amount, time, speed);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  const auto made = static_cast<double>(summary.pixels_done);
  line("stage", "amount", "time", "rate");
  for (const StageSummary& stage : summary.stages) {
    const auto amount = static_cast<double>(stage.amount);
    line(stage.name, human_amount(amount, stage.unit), human_seconds(stage.wall_s),
         rate_text(amount, stage.unit, stage.wall_s));
  }
  line("all", human(static_cast<double>(summary.pixels), "px"), human_seconds(summary.wall_s),
       rate_text(made, "px", summary.wall_s));
  if (summary.pixels_done < summary.pixels) {
    out += summary.pixels_done > 0
               ? fmt::format("of these pixels, {} were made in this run\n", human(made, "px"))
               : "all pixels were there already, from an earlier run\n";
  }
  out += fmt::format("{:<{}}  {:>10}\n", "peak memory", name_width,
                     human_memory(summary.peak_memory_bytes));

  out += device_lines(summary);

  if (summary.outputs.empty()) return out;
  std::size_t width = 6;
  for (const OutputSummary& output : summary.outputs) width = widest(width, output.path);
  out += fmt::format("\n{:<{}} {:>10} {:>10} {:>12}\n", "output", width, "on disk", "pixels",
                     "compression");
  std::int64_t disk_bytes = 0;
  for (const OutputSummary& output : summary.outputs) {
    disk_bytes += output.disk_bytes;
    out += fmt::format("{:<{}} {:>10} {:>10} {:>12}{}\n", output.path, width,
                       human_bytes(output.disk_bytes),
                       output.raw_bytes > 0 ? human_bytes(output.raw_bytes) : "-",
                       compression(output), output.made ? "" : "  from an earlier run");
  }
  if (summary.outputs.size() > 1) {
    out += fmt::format("{:<{}} {:>10}\n", "all", width, human_bytes(disk_bytes));
  }
  return out;
}

std::string stage_line(const Progress& stage) {
  std::string out = fmt::format("{:<8} {}", stage.stage,
                                human_amount(static_cast<double>(stage.done), stage.unit));
  out += " in " + human_seconds(stage.elapsed_s);
  if (const std::string speed = human_rate(rate(stage), stage.unit); !speed.empty()) {
    out += ", " + speed;
  }
  if (stage.resumed > 0) {
    out += fmt::format(", {} from an earlier run",
                       human_amount(static_cast<double>(stage.resumed), stage.unit));
  }
  return out;
}

std::string finding_line(const Finding& f) {
  std::string out = fmt::format("{:<14} {}", word_for(f.kind), f.file);
  if (f.shard && !f.chunk) {
    out += fmt::format(", level {}, shard {},{}", f.shard->level, f.shard->x, f.shard->y);
  }
  if (f.chunk)
    out += fmt::format(", level {}, chunk {},{}", f.chunk->level, f.chunk->x, f.chunk->y);
  if (f.rect) {
    out += fmt::format(", pixels {},{} {}x{}", f.rect->x0, f.rect->y0, f.rect->width(),
                       f.rect->height());
  }
  return out + ": " + f.text;
}

std::string report_text(const CheckReport& report) {
  std::string out = fmt::format("{} files", report.files);
  if (report.decoded_bytes > 0) {
    out += fmt::format(", {} of pixels", human_bytes(report.decoded_bytes));
  }
  out += fmt::format(", {}, {}", human_seconds(report.summary.wall_s),
                     human_memory(report.summary.peak_memory_bytes));
  if (report.removed_files > 0) out += fmt::format("; {} files made anew", report.removed_files);
  if (report.shards_to_come > 0) out += fmt::format("; {} shards to come", report.shards_to_come);
  if (report.leftovers > 0) {
    out += fmt::format("; {} temporary files that the next run removes", report.leftovers);
  }
  if (report.fast) out += "; names, sizes, metadata and indices only, no pixels";
  const bool complete = report.state == CheckState::complete;
  if (report.whole()) {
    return out + (complete ? "; nothing is wrong\n" : "; nothing that is there is wrong\n");
  }
  out += "; wrong:";
  std::string separator = " ";
  for (const auto& [kind, count] : report.by_kind) {
    out += fmt::format("{}{} {}", separator, count, word_for(kind));
    separator = ", ";
  }
  return out + "\n";
}

}  // namespace pantile::cli
