#pragma once
/// \file
/// NVIDIA's driver, opened at run time: a program built with all this runs where there is none.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "compute/cuda/shared_library.h"
#include "pantile/result.h"

namespace pantile::cuda {

/// The part of cuda.h that is used; these types have been the same since CUDA 11.2.
namespace api {

using Outcome = int;  ///< CUresult; 0: well.
using Ordinal = int;  ///< CUdevice.
using Address = unsigned long long;
struct ContextTag;
struct StreamTag;
struct EventTag;
struct ModuleTag;
struct FunctionTag;
struct PoolTag;
using Context = ContextTag*;
using Stream = StreamTag*;
using Event = EventTag*;
using Module = ModuleTag*;
using Function = FunctionTag*;
using Pool = PoolTag*;

inline constexpr Outcome kOutOfMemory = 2, kNotReady = 600;
inline constexpr unsigned kNonBlockingStream = 1, kEventBlocks = 1, kEventWithoutTiming = 2,
                          kPortableHostMemory = 1;
inline constexpr int kDynamicSharedBytes = 8;  ///< Attribute of a function.
/// Attributes of a device.
inline constexpr int kMultiprocessors = 16, kMajor = 75, kMinor = 76, kSharedBytesOptIn = 97,
                     kMemoryPools = 115;
/// Attributes of a pool; their values are 64-bit numbers.
inline constexpr int kReleaseThreshold = 4, kReservedHigh = 6;

/// CUmemPoolProps, with the CUmemLocation in it.
struct PoolSettings {
  int allocation = 1;     ///< CU_MEM_ALLOCATION_TYPE_PINNED, the only one.
  int handles = 0;        ///< Not shared with other processes.
  int location_kind = 1;  ///< CU_MEM_LOCATION_TYPE_DEVICE
  int location = 0;       ///< The device's ordinal.
  void* windows_security = nullptr;
  std::size_t most_bytes = 0;  ///< 0: as much as the device has.
  unsigned short usage = 0;
  unsigned char reserved[54] = {};
};
static_assert(sizeof(PoolSettings) == 88);

// clang-format off: a table
/// X(member, symbol, parameters)
#define PANTILE_CUDA_FUNCTIONS(X) \
  X(init, cuInit, (unsigned)) \
  X(driver_version, cuDriverGetVersion, (int*)) \
  X(error_name, cuGetErrorName, (Outcome, const char**)) \
  X(error_words, cuGetErrorString, (Outcome, const char**)) \
  X(device_count, cuDeviceGetCount, (int*)) \
  X(device_get, cuDeviceGet, (Ordinal*, int)) \
  X(device_name, cuDeviceGetName, (char*, int, Ordinal)) \
  X(device_memory, cuDeviceTotalMem_v2, (std::size_t*, Ordinal)) \
  X(device_attribute, cuDeviceGetAttribute, (int*, int, Ordinal)) \
  X(context_retain, cuDevicePrimaryCtxRetain, (Context*, Ordinal)) \
  X(context_release, cuDevicePrimaryCtxRelease_v2, (Ordinal)) \
  X(context_set, cuCtxSetCurrent, (Context)) \
  X(context_get, cuCtxGetCurrent, (Context*)) \
  X(memory_take, cuMemAlloc_v2, (Address*, std::size_t)) \
  X(memory_give, cuMemFree_v2, (Address)) \
  X(pinned_take, cuMemHostAlloc, (void**, std::size_t, unsigned)) \
  X(pinned_give, cuMemFreeHost, (void*)) \
  X(copy_to_host, cuMemcpyDtoHAsync_v2, (void*, Address, std::size_t, Stream)) \
  X(copy_to_device, cuMemcpyHtoDAsync_v2, (Address, const void*, std::size_t, Stream)) \
  X(stream_make, cuStreamCreate, (Stream*, unsigned)) \
  X(stream_end, cuStreamDestroy_v2, (Stream)) \
  X(stream_wait, cuStreamSynchronize, (Stream)) \
  X(event_make, cuEventCreate, (Event*, unsigned)) \
  X(event_end, cuEventDestroy_v2, (Event)) \
  X(event_record, cuEventRecord, (Event, Stream)) \
  X(event_wait, cuEventSynchronize, (Event)) \
  X(event_query, cuEventQuery, (Event)) \
  X(event_elapsed, cuEventElapsedTime, (float*, Event, Event)) \
  X(module_load, cuModuleLoadData, (Module*, const void*)) \
  X(module_end, cuModuleUnload, (Module)) \
  X(module_function, cuModuleGetFunction, (Function*, Module, const char*)) \
  X(function_set, cuFuncSetAttribute, (Function, int, int)) \
  X(launch, cuLaunchKernel, (Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, \
                             unsigned, Stream, void**, void**))
/// What an older driver may lack; null there.
#define PANTILE_CUDA_OPTIONAL_FUNCTIONS(X) \
  X(pool_make, cuMemPoolCreate, (Pool*, const PoolSettings*)) \
  X(pool_end, cuMemPoolDestroy, (Pool)) \
  X(pool_set, cuMemPoolSetAttribute, (Pool, int, void*)) \
  X(pool_get, cuMemPoolGetAttribute, (Pool, int, void*)) \
  X(pool_take, cuMemAllocFromPoolAsync, (Address*, std::size_t, Pool, Stream)) \
  X(pool_give, cuMemFreeAsync, (Address, Stream))
// clang-format on

struct Functions {
#define PANTILE_CUDA_MEMBER(member, symbol, parameters) Outcome(*member) parameters = nullptr;
  PANTILE_CUDA_FUNCTIONS(PANTILE_CUDA_MEMBER)
  PANTILE_CUDA_OPTIONAL_FUNCTIONS(PANTILE_CUDA_MEMBER)
#undef PANTILE_CUDA_MEMBER
};

}  // namespace api

/// Immutable and thread-safe.
class Driver {
 public:
  /// Opens and initialises `path`, or libcuda.so.1. Errors: not_found (no driver; or a driver, but
  /// no device), foreign (one that is too old).
  static Result<std::shared_ptr<const Driver>> open(const std::string& path = {});

  const api::Functions& call() const { return functions_; }
  int device_count() const { return device_count_; }
  /// "13.0": the newest CUDA it knows.
  const std::string& version() const { return version_; }

  /// An outcome as a Status: `what` failed, with the driver's words. Codes: out_of_memory; io for
  /// everything else, after which the device is best left alone.
  Status check(api::Outcome outcome, std::string_view what) const;

 private:
  explicit Driver(SharedLibrary library) : library_(std::move(library)) {}
  Status start();

  SharedLibrary library_;
  api::Functions functions_;
  int device_count_ = 0;
  std::string version_;
};

}  // namespace pantile::cuda
