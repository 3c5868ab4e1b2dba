#pragma once
/// \file
/// `info`: what an image or a job's folder is, and what this machine has to compute with.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pantile/image_spec.h"
#include "pantile/job.h"
#include "pantile/result.h"

namespace pantile {

/// What `info` prints of an image or a job folder.
struct ImageInfo {
  std::string path, format;  ///< "OME-Zarr 0.5", "OME-BigTIFF, levels in SubIFDs", "PNG", …
  ImageSpec spec;
  std::int64_t chunk_px = 0, shard_px = 0;  ///< 0: not in square tiles; not in shards.
  std::string layout;                       ///< "chunks of 512 px in shards of 4096 px", …
  std::string codec;
  std::int64_t disk_bytes = 0;
  /// What the stored values 0 and 65535 stand for, in the formula's units, in a value-u16 image.
  std::optional<std::array<double, 2>> value_range;
  std::string job_json;              ///< Text of job.json when `path` is a job folder.
  std::string state;                 ///< Of a job folder: "complete", or how far it is, in words.
  std::vector<std::string> outputs;  ///< Of a job folder: what lies in it and looks whole.
  std::int64_t shards_done = 0, shards_all = 0;  ///< Of a store of ours.
  std::int64_t pixels_done = 0, pixels_all = 0;  ///< Of its level 0.
  std::vector<std::string> flaws;  ///< What is there but not whole: a sentence each, without end.
};

/// Describes an image, or a job folder and the image in it, by its metadata, and says what of it
/// cannot be whole by names and sizes: no pixels of a store or a TIFF are read; a PNG is decoded.
/// Writes nothing, takes no lock, so it can look at a job that runs; of one whose picture is not
/// complete, the record tells sizes and levels. Thread-safe.
///
/// Errors: not_found (nothing is there); foreign (not an image or folder of ours); corrupt
/// (job.json or the image's metadata); io; out_of_memory (a PNG too large to decode).
Result<ImageInfo> read_info(const std::string& path);

/// A GPU of this machine.
struct GpuInfo {
  int ordinal = 0;  ///< As DeviceChoice::gpus counts.
  std::string name;
  int major = 0, minor = 0;       ///< Compute capability.
  std::int64_t memory_bytes = 0;  ///< All of it.
  std::string unusable;           ///< Why it cannot be used; empty: it can.
};

/// What there is to compute with beside the CPU.
struct DevicesInfo {
  std::vector<GpuInfo> gpus;
  std::string no_gpu;    ///< Why there is none; empty: there is.
  std::string driver;    ///< The newest CUDA that NVIDIA's driver knows, "13.0"; empty: no driver.
  std::string nvrtc;     ///< Version of NVIDIA's run-time compiler, "13.0"; empty: it is not there.
  std::string no_nvrtc;  ///< Why it is not.
  /// What the built-in formulas are compiled for in the program, "sm_75, sm_80, sm_90, PTX"; empty:
  /// it was built without nvcc, and they need NVRTC.
  std::string builtin_kernels;
};

/// Asks NVIDIA's driver and compiler, where `cuda` says they lie. Takes no GPU into use.
/// Thread-safe.
DevicesInfo read_devices(const CudaOptions& cuda);

}  // namespace pantile
