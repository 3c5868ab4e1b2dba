#include "generate/device/job_rates.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "core/hash.h"
#include "generate/device/encoding_rate.h"
#include "pantile/generate.h"
#include "pipeline/drain/committer.h"
#include "pipeline/drain/memory_plan.h"
#include "runtime/memory.h"
#include "runtime/workers.h"

namespace pantile::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kTilePx = 512;
/// Figures that are not judged everywhere.
constexpr char kLoss[] = "the GPU's loss", kEncodes[] = "the GPU's job, end to end";

/// A square picture of complex.
struct Picture {
  std::int64_t size = 0;
  int samples = 1;  ///< A pixel's, in x and y.
  double pixels() const { return static_cast<double>(size) * static_cast<double>(size); }
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

GenerateOptions job_options(const Picture& picture, const std::string& out) {
  GenerateOptions options;
  options.formula = "complex";
  options.width = options.height = picture.size;
  options.scale = 6.0 / static_cast<double>(picture.size);
  options.samples = picture.samples;
  options.tile_px = kTilePx;
  options.tiff.enabled = false;
  options.previews = {};
  options.out = out;
  return options;
}

/// A hash of every file's name and bytes.
Result<std::string> hash_of_folder(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Hasher hasher;
  std::string piece(std::size_t{1} << 20, '\0');
  for (const fs::path& path : files) {
    hasher.add(fs::relative(path, folder).string());
    std::ifstream file(path, std::ios::binary);
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
           file.gcount() > 0) {
      hasher.add(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
    }
  }
  return hasher.finish().hex();
}

struct JobRun {
  double wall_s = 0;
  std::string bytes;  ///< hash_of_folder
  JobSummary summary;
};

/// The median of some runs into an empty folder.
Result<JobRun> run_job(const gpu::GpuMachine& machine, const DeviceChoice& device,
                       const Picture& picture, const std::string& folder, int rounds) {
  std::vector<JobRun> runs;
  for (int round = 0; round < rounds; ++round) {
    fs::remove_all(folder);
    RunOptions run;
    run.device = device;
    run.cuda = machine.places;
    const auto begin = Clock::now();
    JobRun one;
    PANTILE_ASSIGN(one.summary, run_generate(job_options(picture, folder), run));
    one.wall_s = seconds_since(begin);
    PANTILE_ASSIGN(one.bytes, hash_of_folder(folder));
    runs.push_back(std::move(one));
  }
  fs::remove_all(folder);
  std::ranges::sort(runs, {}, &JobRun::wall_s);
  return std::move(runs[runs.size() / 2]);
}

/// Bytes a second that the threads of a job that commit shards write into a file each and sync.
Result<double> disk_rate(const std::string& folder, int threads, std::int64_t bytes) {
  constexpr std::size_t kPiece = std::size_t{16} << 20;
  const auto pieces = bytes / static_cast<std::int64_t>(kPiece);
  fs::create_directories(folder);
  std::vector<char> piece(kPiece);
  for (std::size_t i = 0; i < kPiece; ++i) piece[i] = static_cast<char>(i * 2654435761U >> 13);
  const auto begin = Clock::now();
  const Status done = run_workers(threads, [&](int t) -> Status {
    const std::string path = fmt::format("{}/disk-{}", folder, t);
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (file < 0) return Error(Code::io, "cannot write " + path);
    bool good = true;
    for (std::int64_t k = t; k < pieces; k += threads) {
      good = good && ::write(file, piece.data(), kPiece) == static_cast<ssize_t>(kPiece);
    }
    good = ::fdatasync(file) == 0 && good;
    ::close(file);
    return good ? Status() : Error(Code::io, "cannot write " + path);
  });
  PANTILE_TRY(done);
  const double seconds = seconds_since(begin);
  for (int t = 0; t < threads; ++t) fs::remove(fmt::format("{}/disk-{}", folder, t));
  return static_cast<double>(kPiece) * static_cast<double>(pieces) / seconds;
}

/// Whether a file system in memory holds `bytes` beside what a job takes.
bool has_room(const std::string& folder, double bytes) {
  std::error_code error;
  if (folder.empty() || !fs::is_directory(fs::path(folder).parent_path(), error)) return false;
  const auto space = fs::space(fs::path(folder).parent_path(), error);
  const auto job = static_cast<double>(wanted_budget_bytes({}));
  return !error && static_cast<double>(space.available) > 1.1 * bytes &&
         static_cast<double>(memory_available_bytes()) > 1.1 * bytes + 2 * job;
}

/// What a job takes before and after its stages, whatever the picture's size: opening GPUs, pinning
/// memory, making folders.
double fixed_seconds(const JobRun& run) {
  double stages = 0;
  for (const StageSummary& stage : run.summary.stages) stages += stage.wall_s;
  return run.wall_s - stages;
}

/// Of the stage that draws.
double drain_seconds(const JobSummary& summary) {
  const auto at = std::ranges::find(summary.stages, "px", &StageSummary::unit);
  return at == summary.stages.end() ? summary.wall_s : at->wall_s;
}

/// How long a GPU may have waited for workers, of the whole time, if its rate is to be judged:
/// beyond that encoding was the limit, and what the GPU drew in between is the rate of a few
/// batches.
constexpr double kMostBlocked = 0.02;

void add_workers(const JobSummary& summary, bool is_hybrid, Table& table) {
  const double drain_s = drain_seconds(summary);
  const double share =
      summary.workers > 0 && drain_s > 0 ? summary.workers_idle_s / (drain_s * summary.workers) : 0;
  table.line("  CPU workers", fmt::format("idle {:.1f} %", 100 * share),
             is_hybrid ? table.at_most(5, 100 * share) : "");
}

/// What the GPUs and the workers did; `alone_px_s`: what a GPU draws where nothing else is done.
void add_devices(const JobSummary& summary, double alone_px_s, bool is_hybrid, Table& table) {
  const double drain_s = drain_seconds(summary);
  for (const DeviceSummary& d : summary.devices) {
    const double active = drain_s - d.idle_s - d.blocked_s;
    const double rate = active > 0 ? static_cast<double>(d.pixels) / active : 0;
    const double of_alone = alone_px_s > 0 ? 100 * rate / alone_px_s : 0;
    const bool is_judged = d.blocked_s < kMostBlocked * drain_s;
    table.line("  " + d.name,
               fmt::format("{:.1f} % of pixels", 100 * static_cast<double>(d.pixels) /
                                                     static_cast<double>(summary.pixels)),
               !is_hybrid  ? ""
               : is_judged ? table.at_least(98, of_alone, kLoss)
                           : table.not_judged(kLoss, "encoding binds"),
               fmt::format("idle {:.2f} s, blocked {:.2f} s of {:.2f} s; while at work {:.2f} "
                           "Gpx/s, {:.0f} % of alone",
                           d.idle_s, d.blocked_s, drain_s, rate / 1e9, of_alone));
  }
  add_workers(summary, is_hybrid, table);
}

/// All levels' raw bytes, and those on the disk.
std::pair<double, double> sizes_of(const JobSummary& summary) {
  double raw = 0, written = 0;
  for (const OutputSummary& output : summary.outputs) {
    raw += static_cast<double>(output.raw_bytes);
    written += static_cast<double>(output.disk_bytes);
  }
  return {raw, written};
}

/// Where drawing binds, both together are to be as fast as both alone.
Status measure_drawing(const gpu::GpuMachine& machine, int ordinal, const Picture& picture,
                       const JobBench& bench, Table& table) {
  const std::string name = fmt::format("job of {0}x{0} samples, ", picture.samples);
  const auto rate = [&](const JobRun& run) {
    return fmt::format("{:.3f} Gpx/s", picture.pixels() / drain_seconds(run.summary) / 1e9);
  };
  const std::string folder = bench.folder + "/store";
  PANTILE_ASSIGN(const JobRun by_cpu, run_job(machine, {Device::cpu, {}}, picture, folder, 1));
  table.line(name + "CPU alone", rate(by_cpu));
  PANTILE_ASSIGN(const JobRun by_gpu,
                 run_job(machine, {Device::cuda, {ordinal}}, picture, folder, bench.rounds));
  table.line(name + "GPU draws", rate(by_gpu));
  PANTILE_ASSIGN(const JobRun by_both,
                 run_job(machine, {Device::hybrid, {ordinal}}, picture, folder, bench.rounds));
  if (by_gpu.bytes != by_cpu.bytes || by_both.bytes != by_cpu.bytes) {
    return Error(Code::corrupt, name + "not all devices wrote the same bytes");
  }
  PANTILE_ASSIGN(const EncodingRate encoding,
                 measure_encoding(job_options(picture, {}), bench.encoding));
  const double encode_s = sizes_of(by_cpu.summary).first / encoding.raw_bytes_s;
  const double gpu_s = drain_seconds(by_gpu.summary), both_s = drain_seconds(by_both.summary);
  // The CPU encodes what both draw, and draws in the rest of its time.
  const double draw_s = std::max(drain_seconds(by_cpu.summary) - encode_s, 1e-9);
  const double bound_s = std::max((1 + encode_s / draw_s) / (1 / gpu_s + 1 / draw_s), encode_s);
  double blocked_s = 0;
  for (const DeviceSummary& d : by_gpu.summary.devices) blocked_s += d.blocked_s;
  table.line(name + "hybrid", rate(by_both),
             blocked_s < kMostBlocked * gpu_s ? table.at_least(95, 100 * bound_s / both_s)
                                              : table.not_judged(name + "hybrid", "encoding binds"),
             fmt::format("{:.2f} x the GPU, {:.0f} % of what drawing and encoding allow",
                         gpu_s / both_s, 100 * bound_s / both_s));
  for (const DeviceSummary& d : by_both.summary.devices) {
    // Of all the time, also of that in which it had nothing to do.
    const double share = static_cast<double>(d.pixels) / picture.pixels();
    const double of_alone = 100 * share * gpu_s / both_s;
    const bool is_judged = d.blocked_s < kMostBlocked * both_s;
    table.line(
        "  " + d.name, fmt::format("{:.1f} % of pixels", 100 * share),
        is_judged ? table.at_least(98, of_alone, kLoss) : table.not_judged(kLoss, "encoding binds"),
        fmt::format("{:.1f} % of its rate alone; idle {:.2f} s, blocked {:.2f} s of {:.2f} s",
                    of_alone, d.idle_s, d.blocked_s, both_s));
  }
  add_workers(by_both.summary, true, table);
  return {};
}

}  // namespace

Status measure_jobs(const gpu::GpuMachine& machine, int ordinal, double to_host_px_s,
                    const JobBench& bench, Table& table) {
  const Picture picture{bench.size, 1};
  const double pixels = picture.pixels();
  PANTILE_ASSIGN(const EncodingRate encoding,
                 measure_encoding(job_options(picture, {}), bench.encoding));
  table.line("encoding from memory, all cores and levels",
             fmt::format("{:.2f} GB/s raw", encoding.raw_bytes_s / 1e9), "",
             fmt::format("{:.2f} GB/s encoded; {} tiles, {:.0f} MB, by turns",
                         encoding.raw_bytes_s * encoding.left / 1e9, encoding.tiles,
                         static_cast<double>(encoding.set_bytes) / 1e6));
  const int writers = committers_for(wanted_threads({}));
  PANTILE_ASSIGN(const double disk, disk_rate(bench.folder, writers, bench.disk_bytes));
  table.line(fmt::format("writing and syncing, {} at a time", writers),
             fmt::format("{:.2f} GB/s", disk / 1e9));
  PANTILE_ASSIGN(const JobRun by_cpu,
                 run_job(machine, {Device::cpu, {}}, picture, bench.folder + "/store", 1));
  const auto stages_s = [](const JobRun& run) { return run.wall_s - fixed_seconds(run); };
  table.line("job, CPU alone", fmt::format("{:.3f} Gpx/s", pixels / stages_s(by_cpu) / 1e9), "",
             fmt::format("besides {:.2f} s, whatever the size", fixed_seconds(by_cpu)));
  // All levels are encoded and written.
  const auto [raw, written] = sizes_of(by_cpu.summary);
  const double encode_s = raw / encoding.raw_bytes_s, write_s = written / disk;
  const bool in_memory = has_room(bench.memory_folder, written);
  for (const Device device : {Device::cuda, Device::hybrid}) {
    const bool is_hybrid = device == Device::hybrid;
    // What the GPU draws alone is to be bound by encoding, so that no disk may be in the way.
    const bool by_memory = !is_hybrid && in_memory;
    PANTILE_ASSIGN(
        const JobRun run,
        run_job(machine, {device, {ordinal}}, picture,
                (by_memory ? bench.memory_folder : bench.folder) + "/store", bench.rounds));
    const std::string name = is_hybrid   ? "job, hybrid"
                             : by_memory ? "job, GPU draws, to memory"
                                         : "job, GPU draws";
    if (run.bytes != by_cpu.bytes) return Error(Code::corrupt, name + " wrote other bytes");
    const double bound_s = is_hybrid ? std::max(encode_s, write_s) : encode_s;
    const double of_bound = 100 * bound_s / stages_s(run);
    const bool is_judged = is_hybrid || by_memory || write_s < encode_s;
    table.line(name, fmt::format("{:.3f} Gpx/s", pixels / stages_s(run) / 1e9),
               is_hybrid   ? table.at_least(95, of_bound)
               : is_judged ? table.at_least(90, of_bound, kEncodes)
                           : table.not_judged(kEncodes, "the disk binds"),
               fmt::format("{:.0f} % of what {} allows, {:.2f} x the CPU alone; besides {:.2f} s, "
                           "whatever the size: with them {:.3f} Gpx/s",
                           of_bound, bound_s > encode_s ? "the disk" : "encoding",
                           stages_s(by_cpu) / stages_s(run), fixed_seconds(run),
                           pixels / run.wall_s / 1e9));
    add_devices(run.summary, to_host_px_s, is_hybrid, table);
  }
  // Fewer pixels, more work.
  return measure_drawing(machine, ordinal, {bench.drawing_size, 8}, bench, table);
}

}  // namespace pantile::bench
