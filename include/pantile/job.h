#pragma once
/// \file
/// What every job shares: how it is watched and stopped, and what it reports at the end.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile {

/// A reading of a running stage. Counts are in the stage's own unit (pixels for the drain).
struct Progress {
  std::string_view stage;  ///< "render", "tiff", "previews/<name>.png", "finish", "pixels" …
  std::string_view unit;   ///< "px", "rows", "bytes", "files", "checks"
  std::int64_t done = 0, total = 0;
  std::int64_t resumed = 0;  ///< Part of `done` that an earlier run had committed.
  double elapsed_s = 0;      ///< Since the stage began.
};

/// A piece of what a job makes, of level 0.
struct JobTile {
  Rect rect;                           ///< Pixels of the image.
  std::int64_t column = 0, row = 0;    ///< Its place in a grid …
  std::int64_t columns = 1, rows = 1;  ///< … of so many.
  std::int64_t group = 0, groups = 1;  ///< Of planes and channels that are made apart.
};

struct Finding;  // check.h

/// Hears of a job. Calls may come from any thread, never two at once.
class JobListener {
 public:
  virtual ~JobListener() = default;
  virtual void on_stage_begin(const Progress&) {}
  virtual void on_progress(const Progress&) {}  ///< A few times a second at most.
  virtual void on_stage_end(const Progress&) {}
  virtual void on_note(std::string_view /*text*/) {}     ///< Worth saying, nothing wrong.
  virtual void on_warning(std::string_view /*text*/) {}  ///< Goes on, but the user should know.
  virtual void on_finding(const Finding&) {}             ///< Something on disk is wrong.

  /// Whether to call what follows; asked when a stage begins. A tile's calls come from the thread
  /// that makes it, those of several tiles mixed.
  virtual bool wants_tiles() const { return false; }
  virtual void on_tile_begin(const JobTile&) {}
  virtual void on_tile_end(const JobTile&) {}
  virtual void on_tile_error(const JobTile&, const Error&) {}  ///< Instead of on_tile_end().
};

/// What computes pixels.
enum class Device : std::uint8_t {
  automatic,  ///< CPU, and for large pictures every GPU (CudaOptions::auto_samples).
  cpu,
  cuda,  ///< GPUs; the CPU encodes and writes. It computes only what no GPU is left for.
  /// CPU and every GPU, whatever the size; no GPU is an error. A run-time compiler that is needed
  /// and missing is none: the job says so and draws on the CPU, as with `cuda`.
  hybrid,
};
struct DeviceChoice {
  Device kind = Device::automatic;
  std::vector<int> gpus;  ///< By their ordinals; empty: all.
};
/// "auto", "cpu", "cuda", "cuda:0,2", "hybrid".
std::string device_words(const DeviceChoice& choice);

/// How GPUs are found and used.
struct CudaOptions {
  std::string driver;  ///< libcuda.so.1; empty: where the system's loader finds it.
  /// libnvrtc.so.13 or .12; empty: where the loader finds it, or in /usr/local/cuda/lib64.
  std::string nvrtc;
  /// Folders of compiled kernels; new ones are kept in the first. None: nothing is kept.
  std::vector<std::string> kernel_folders;
  bool keep_kernels = true;  ///< False: none is written, those that are there are used.
  /// Device::automatic opens GPUs for pictures of this many samples a worker, or more.
  std::int64_t auto_samples = 100'000'000;
};

/// How a job is run; nothing in here changes a byte of what it writes.
struct RunOptions {
  DeviceChoice device;
  CudaOptions cuda;
  int threads = 0;  ///< Workers; 0: one per available core.
  /// Hard budget; 0: 192 MiB and 160 MiB a thread, or half of the free memory if that is less
  /// (but never less than the job needs).
  std::int64_t memory_bytes = 0;
  bool restart = false;  ///< Throw away what an earlier run with other settings left.
  int share_index = 0, share_count = 1;  ///< Do only this share of the units (no finish if > 1).
  const CancelToken* cancel = nullptr;   ///< Raised: finish units in flight, return `cancelled`.
  JobListener* listener = nullptr;
};

/// Seconds and amounts of one stage.
struct StageSummary {
  std::string name;
  double wall_s = 0;
  std::int64_t amount = 0;
  std::string unit;
};

/// What lies under one name of the output.
struct OutputSummary {
  std::string path;
  std::int64_t raw_bytes = 0;   ///< Decoded size of all levels.
  std::int64_t disk_bytes = 0;  ///< Size on disk.
  bool made = true;             ///< By this run, or completed by it; else it was there before.
};

/// What a GPU did.
struct DeviceSummary {
  std::string name;
  std::int64_t pixels = 0;        ///< Level-0 pixels that it computed.
  double idle_s = 0;              ///< It had nothing to compute.
  double blocked_s = 0;           ///< It waited for encoders to take what it had.
  std::int64_t memory_bytes = 0;  ///< Of its own, at the most at a time.
  std::string lost;               ///< Why it was given up on the way; empty: it was not.
  std::string note;  ///< What else there is to say: it was short of memory. Mostly empty.
};

/// The table at the end of a job.
struct JobSummary {
  std::int64_t pixels = 0;       ///< Level-0 pixels of the image, of every group of planes.
  std::int64_t pixels_done = 0;  ///< … of which this run made.
  double wall_s = 0;
  std::int64_t peak_memory_bytes = 0;  ///< Peak resident set of the process.
  std::vector<StageSummary> stages;
  std::vector<DeviceSummary> devices;  ///< Beside the CPU.
  int workers = 0;                     ///< Threads of the CPU that drew and encoded.
  double workers_idle_s = 0;  ///< All workers' waiting for tiles or disk, together; 0 without GPUs.
  std::vector<OutputSummary> outputs;
};

}  // namespace pantile
