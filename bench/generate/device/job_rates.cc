#include "generate/device/job_rates.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "core/buffer.h"
#include "core/hash.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "pantile/generate.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job/estimate.h"

namespace pantile::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kTilePx = 512;
/// Jobs are run so often; the median counts.
constexpr int kRounds = 3;

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

/// Raw bytes a second that all cores encode as the job does, of tiles spread over the picture.
Result<double> encoding_rate(std::int64_t size) {
  PANTILE_ASSIGN(const auto program, formula::compile("complex"));
  formula::FormulaImage image;
  image.frame = {.width = size, .height = size, .scale = 6.0 / static_cast<double>(size)};
  image.lo = -3;
  image.hi = 3;
  PANTILE_ASSIGN(const auto source, formula::FormulaSource::make(program, image));
  constexpr std::int64_t kTiles = 32;
  std::vector<PixelBuffer> tiles;
  for (std::int64_t k = 0; k < kTiles; ++k) {
    const ChunkId chunk = sample_chunk({size, size, kTilePx}, k, kTiles);
    const std::int64_t x = chunk.x * kTilePx, y = chunk.y * kTilePx;
    tiles.emplace_back(DType::u8, kTilePx, kTilePx, 3);
    ReadContext context;
    PANTILE_TRY(source->read(source->spec().region(0, {x, y, x + kTilePx, y + kTilePx}),
                             tiles.back().view(), context));
  }
  PANTILE_ASSIGN(const auto codec, make_store_codec(job_options({size}, {}).zstd_level, false));
  const auto threads = static_cast<std::size_t>(wanted_threads({}));  // as jobs without --threads
  constexpr int kPasses = 8;
  std::vector<Status> outcomes(threads);
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        const auto scratch = codec->make_scratch();
        std::vector<std::byte> encoded;
        for (int pass = 0; pass < kPasses && outcomes[t].ok(); ++pass) {
          for (const PixelBuffer& tile : tiles) {
            encoded.clear();
            if (outcomes[t].ok()) outcomes[t] = codec->encode(tile.view(), *scratch, encoded);
          }
        }
      });
    }
  }
  const double seconds = seconds_since(begin);
  for (const Status& outcome : outcomes) PANTILE_TRY(outcome);
  return static_cast<double>(threads) * kPasses * kTiles * kTilePx * kTilePx * 3 / seconds;
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
                       const Picture& picture, const std::string& folder, int rounds = kRounds) {
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

/// Bytes a second that one thread writes into a file of `folder` and syncs.
Result<double> disk_rate(const std::string& folder) {
  constexpr std::size_t kPiece = std::size_t{16} << 20;
  constexpr int kPieces = 128;
  fs::create_directories(folder);
  const std::string path = folder + "/disk";
  std::vector<char> piece(kPiece);
  for (std::size_t i = 0; i < kPiece; ++i) piece[i] = static_cast<char>(i * 2654435761U >> 13);
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (file < 0) return Error(Code::io, "cannot write " + path);
  const auto begin = Clock::now();
  bool good = true;
  for (int k = 0; k < kPieces; ++k) {
    good = good && ::write(file, piece.data(), kPiece) == static_cast<ssize_t>(kPiece);
  }
  good = ::fdatasync(file) == 0 && good;
  const double seconds = seconds_since(begin);
  ::close(file);
  fs::remove(path);
  if (!good) return Error(Code::io, "cannot write " + path);
  return static_cast<double>(kPiece) * kPieces / seconds;
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
               : is_judged ? table.at_least(98, of_alone)
                           : table.not_judged(),
               fmt::format("idle {:.2f} s, blocked {:.2f} s of {:.2f} s; while at work {:.2f} "
                           "Gpx/s, {:.0f} % of alone",
                           d.idle_s, d.blocked_s, drain_s, rate / 1e9, of_alone));
  }
  add_workers(summary, is_hybrid, table);
}

/// Where drawing binds, both together are to be as fast as both alone.
Status measure_drawing(const gpu::GpuMachine& machine, int ordinal, const Picture& picture,
                       const std::string& folder, Table& table) {
  const std::string name = fmt::format("job of {0}x{0} samples, ", picture.samples);
  const auto rate = [&](const JobRun& run) {
    return fmt::format("{:.3f} Gpx/s", picture.pixels() / drain_seconds(run.summary) / 1e9);
  };
  PANTILE_ASSIGN(const JobRun by_cpu,
                 run_job(machine, {Device::cpu, {}}, picture, folder + "/cpu", 1));
  table.line(name + "CPU alone", rate(by_cpu));
  PANTILE_ASSIGN(const JobRun by_gpu,
                 run_job(machine, {Device::cuda, {ordinal}}, picture, folder + "/gpu"));
  table.line(name + "GPU draws", rate(by_gpu));
  PANTILE_ASSIGN(const JobRun by_both,
                 run_job(machine, {Device::hybrid, {ordinal}}, picture, folder + "/gpu"));
  if (by_gpu.bytes != by_cpu.bytes || by_both.bytes != by_cpu.bytes) {
    return Error(Code::corrupt, name + "not all devices wrote the same bytes");
  }
  const double gpu_s = drain_seconds(by_gpu.summary), cpu_s = drain_seconds(by_cpu.summary);
  const double both = 1 / gpu_s + 1 / cpu_s;
  const double both_s = drain_seconds(by_both.summary);
  table.line(name + "hybrid", rate(by_both), "",
             fmt::format("{:.2f} x the GPU, {:.0f} % of GPU and CPU alone added up", gpu_s / both_s,
                         100 / (both_s * both)));
  for (const DeviceSummary& d : by_both.summary.devices) {
    // Of all the time, also of that in which it had nothing to do.
    const double share = static_cast<double>(d.pixels) / picture.pixels();
    const double of_alone = 100 * share * gpu_s / both_s;
    const bool is_judged = d.blocked_s < kMostBlocked * both_s;
    table.line(
        "  " + d.name, fmt::format("{:.1f} % of pixels", 100 * share),
        is_judged ? table.at_least(98, of_alone) : table.not_judged(),
        fmt::format("{:.1f} % of its rate alone; idle {:.2f} s, blocked {:.2f} s of {:.2f} s",
                    of_alone, d.idle_s, d.blocked_s, both_s));
  }
  add_workers(by_both.summary, true, table);
  return {};
}

}  // namespace

Status measure_jobs(const gpu::GpuMachine& machine, int ordinal, double to_host_px_s,
                    std::int64_t size, const std::string& folder, Table& table) {
  const Picture picture{size, 1};
  const double pixels = picture.pixels();
  PANTILE_ASSIGN(const double encoding, encoding_rate(size));
  table.line("encoding tiles from memory, all cores",
             fmt::format("{:.2f} GB/s raw", encoding / 1e9));
  PANTILE_ASSIGN(const double disk, disk_rate(folder));
  table.line("writing and syncing, one thread", fmt::format("{:.2f} GB/s", disk / 1e9));
  PANTILE_ASSIGN(const JobRun by_cpu,
                 run_job(machine, {Device::cpu, {}}, picture, folder + "/cpu", 1));
  const auto stages_s = [](const JobRun& run) { return run.wall_s - fixed_seconds(run); };
  table.line("job, CPU alone", fmt::format("{:.3f} Gpx/s", pixels / stages_s(by_cpu) / 1e9), "",
             fmt::format("besides {:.2f} s, whatever the size", fixed_seconds(by_cpu)));
  for (const auto& [name, device, reach] : {std::tuple("job, GPU draws", Device::cuda, 0.90),
                                            std::tuple("job, hybrid", Device::hybrid, 0.95)}) {
    PANTILE_ASSIGN(const JobRun run,
                   run_job(machine, {device, {ordinal}}, picture, folder + "/gpu"));
    if (run.bytes != by_cpu.bytes) {
      return Error(Code::corrupt, fmt::format("{} wrote other bytes than the CPU", name));
    }
    // All levels are encoded and written; the slower of both binds.
    double raw = 0, written = 0;
    for (const OutputSummary& output : run.summary.outputs) {
      raw += static_cast<double>(output.raw_bytes);
      written += static_cast<double>(output.disk_bytes);
    }
    const double bound_s = std::max(raw / encoding, written / disk);
    const double of_bound = bound_s / stages_s(run);
    table.line(
        name, fmt::format("{:.3f} Gpx/s", pixels / stages_s(run) / 1e9),
        table.at_least(100 * reach, 100 * of_bound),
        fmt::format("{:.0f} % of what {} allows, {:.2f} x the CPU alone; besides {:.2f} s, "
                    "whatever the size: with them {:.3f} Gpx/s",
                    100 * of_bound, raw / encoding > written / disk ? "encoding" : "the disk",
                    stages_s(by_cpu) / stages_s(run), fixed_seconds(run),
                    pixels / run.wall_s / 1e9));
    add_devices(run.summary, to_host_px_s, device == Device::hybrid, table);
  }
  // Fewer pixels, more work.
  constexpr std::int64_t kMostSize = 32768;
  return measure_drawing(machine, ordinal, {std::min(size / 2, kMostSize), 8}, folder, table);
}

}  // namespace pantile::bench
