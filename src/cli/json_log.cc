// One JSON object per line on standard output.
#include <mutex>
#include <nlohmann/json.hpp>

#include "cli/face.h"
#include "cli/format.h"

namespace pantile::cli {
namespace {

using Json = nlohmann::ordered_json;

Json with_counts(Json event, const Progress& progress) {
  event["stage"] = std::string(progress.stage);
  event["unit"] = std::string(progress.unit);
  event["done"] = progress.done;
  event["total"] = progress.total;
  event["resumed"] = progress.resumed;
  event["elapsed_s"] = progress.elapsed_s;
  return event;
}

Json stages_of(const JobSummary& summary) {
  Json stages = Json::array();
  for (const StageSummary& stage : summary.stages) {
    stages.push_back({{"name", stage.name},
                      {"wall_s", stage.wall_s},
                      {"amount", stage.amount},
                      {"unit", stage.unit}});
  }
  return stages;
}

Json devices_of(const JobSummary& summary) {
  Json devices = Json::array();
  for (const DeviceSummary& device : summary.devices) {
    devices.push_back({{"name", device.name},
                       {"pixels", device.pixels},
                       {"idle_s", device.idle_s},
                       {"blocked_s", device.blocked_s},
                       {"memory_bytes", device.memory_bytes},
                       {"lost", device.lost.empty() ? Json(nullptr) : Json(device.lost)},
                       {"note", device.note.empty() ? Json(nullptr) : Json(device.note)}});
  }
  return devices;
}

/// Measured beside GPUs alone.
Json idle_of(const JobSummary& summary) {
  return summary.devices.empty() ? Json(nullptr) : Json(summary.workers_idle_s);
}

class JsonLog : public Face {
 public:
  explicit JsonLog(Environment& environment) : environment_(environment) {}

  void on_stage_begin(const Progress& p) override {
    write(with_counts({{"event", "stage_begin"}}, p));
  }
  void on_progress(const Progress& p) override {
    Json event = with_counts({{"event", "progress"}}, p);
    event["rate_per_s"] = rate(p);
    const double left = seconds_left(p);
    event["left_s"] = left < 0 ? Json(nullptr) : Json(left);
    write(event);
  }
  void on_stage_end(const Progress& p) override { write(with_counts({{"event", "stage_end"}}, p)); }
  void on_note(std::string_view text) override {
    write({{"event", "note"}, {"text", std::string(text)}});
  }
  void on_warning(std::string_view text) override {
    write({{"event", "warning"}, {"text", std::string(text)}});
  }
  void on_interrupt() override {
    write({{"event", "interrupt"}, {"text", std::string(kInterruptText)}});
  }
  void on_summary(const JobSummary& summary) override {
    Json event{{"event", "summary"},
               {"pixels", summary.pixels},
               {"pixels_done", summary.pixels_done},
               {"wall_s", summary.wall_s},
               {"peak_memory_bytes", summary.peak_memory_bytes},
               {"stages", stages_of(summary)},
               {"devices", devices_of(summary)},
               {"workers", summary.workers},
               {"workers_idle_s", idle_of(summary)},
               {"outputs", Json::array()}};
    for (const OutputSummary& output : summary.outputs) {
      event["outputs"].push_back({{"path", output.path},
                                  {"raw_bytes", output.raw_bytes},
                                  {"disk_bytes", output.disk_bytes},
                                  {"made", output.made}});
    }
    write(event);
  }
  void on_finding(const Finding& finding) override {
    Json event{{"event", "finding"},   {"kind", std::string(word_for(finding.kind))},
               {"file", finding.file}, {"level", nullptr},
               {"shard", nullptr},     {"chunk", nullptr},
               {"rect", nullptr},      {"text", finding.text}};
    if (finding.shard) {
      event["level"] = finding.shard->level;
      event["shard"] = {finding.shard->x, finding.shard->y};
    }
    if (finding.chunk) {
      event["level"] = finding.chunk->level;
      event["chunk"] = {finding.chunk->x, finding.chunk->y};
    }
    if (const auto& r = finding.rect) event["rect"] = {r->x0, r->y0, r->width(), r->height()};
    write(event);
  }
  void on_report(const CheckReport& report) override {
    Json event{{"event", "report"},
               {"state", std::string(word_for(report.state))},
               {"whole", report.whole()},
               {"findings", report.finding_count},
               {"by_kind", Json::object()},
               {"files", report.files},
               {"decoded_bytes", report.decoded_bytes},
               {"removed_files", report.removed_files},
               {"shards_to_come", report.shards_to_come},
               {"leftovers", report.leftovers},
               {"advice", report.advice},
               {"wall_s", report.summary.wall_s},
               {"peak_memory_bytes", report.summary.peak_memory_bytes},
               {"stages", stages_of(report.summary)}};
    for (const auto& [kind, count] : report.by_kind) {
      event["by_kind"][std::string(word_for(kind))] = count;
    }
    write(event);
  }
  void on_error(const Error& error, int exit_code) override {
    write({{"event", "error"},
           {"code", std::string(code_name(error.code()))},
           {"message", error.message()},
           {"exit", exit_code}});
  }

 private:
  void write(const Json& event) {
    // Paths need not be UTF-8; JSON has to be.
    const std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::scoped_lock lock(mutex_);
    environment_.out << line << '\n' << std::flush;
  }

  Environment& environment_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Face> make_json_log(Environment& environment) {
  return std::make_unique<JsonLog>(environment);
}

}  // namespace pantile::cli
