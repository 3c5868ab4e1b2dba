// What driver.h declares by hand is what NVIDIA's own header declares, where that is at hand.
#include <gtest/gtest.h>

#include <cstddef>
#include <type_traits>

#include "compute/cuda/driver.h"

#ifdef PANTILE_HAS_CUDA_HEADER
#include <cuda.h>

namespace pantile::cuda {
namespace {

/// Passed the same way: pointers are pointers (to things of the same size), numbers have one size.
template <class Ours, class Theirs> constexpr bool same_parameter() {
  if constexpr (std::is_pointer_v<Ours> != std::is_pointer_v<Theirs>) {
    return false;
  } else if constexpr (std::is_pointer_v<Ours>) {
    using A = std::remove_pointer_t<Ours>;
    using B = std::remove_pointer_t<Theirs>;
    if constexpr (std::is_void_v<A> || std::is_void_v<B>) {
      return std::is_void_v<A> && std::is_void_v<B>;
    } else if constexpr (std::is_class_v<A> || std::is_class_v<B>) {
      return true;  // handles: each header has its own name for what nobody looks into
    } else {
      return same_parameter<A, B>();
    }
  } else {
    return sizeof(Ours) == sizeof(Theirs);
  }
}

template <class Ours, class Theirs> struct SameCall : std::false_type {};
template <class R, class... A, class S, class... B>
struct SameCall<R (*)(A...), S (*)(B...)>
    : std::bool_constant<sizeof(R) == sizeof(S) && sizeof...(A) == sizeof...(B)> {
  static constexpr bool kParameters = [] {
    if constexpr (sizeof...(A) == sizeof...(B)) {
      return (same_parameter<A, B>() && ...);
    } else {
      return false;
    }
  }();
};

#define PANTILE_CUDA_SAME(member, symbol, parameters)                                       \
  static_assert(SameCall<decltype(api::Functions::member), decltype(&symbol)>(),            \
                #symbol " has other parameters");                                           \
  static_assert(SameCall<decltype(api::Functions::member), decltype(&symbol)>::kParameters, \
                #symbol " has parameters of other kinds");
PANTILE_CUDA_FUNCTIONS(PANTILE_CUDA_SAME)
PANTILE_CUDA_OPTIONAL_FUNCTIONS(PANTILE_CUDA_SAME)
#undef PANTILE_CUDA_SAME

static_assert(!SameCall<int (*)(int), int (*)(int, int)>());
static_assert(!SameCall<int (*)(int), int (*)(long)>::kParameters);
static_assert(!SameCall<int (*)(int*), int (*)(int)>::kParameters);

static_assert(api::kOutOfMemory == CUDA_ERROR_OUT_OF_MEMORY);
static_assert(api::kNonBlockingStream == CU_STREAM_NON_BLOCKING);
static_assert(api::kEventBlocks == CU_EVENT_BLOCKING_SYNC);
static_assert(api::kEventWithoutTiming == CU_EVENT_DISABLE_TIMING);
static_assert(api::kPortableHostMemory == CU_MEMHOSTALLOC_PORTABLE);
static_assert(api::kDynamicSharedBytes == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
static_assert(api::kMultiprocessors == CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
static_assert(api::kMajor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
static_assert(api::kMinor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
static_assert(api::kSharedBytesOptIn == CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
static_assert(api::kMemoryPools == CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED);
static_assert(api::kNotReady == CUDA_ERROR_NOT_READY);
static_assert(api::kReleaseThreshold == CU_MEMPOOL_ATTR_RELEASE_THRESHOLD);
static_assert(api::kReservedHigh == CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH);
static_assert(sizeof(api::PoolSettings) == sizeof(CUmemPoolProps));
static_assert(offsetof(api::PoolSettings, location) ==
              offsetof(CUmemPoolProps, location) + offsetof(CUmemLocation, id));
static_assert(offsetof(api::PoolSettings, most_bytes) == offsetof(CUmemPoolProps, maxSize));
static_assert(api::PoolSettings{}.allocation == CU_MEM_ALLOCATION_TYPE_PINNED);
static_assert(api::PoolSettings{}.location_kind == CU_MEM_LOCATION_TYPE_DEVICE);

TEST(DriverHeader, IsTheOneThatWasCompared) { EXPECT_GE(CUDA_VERSION, 13000); }

}  // namespace
}  // namespace pantile::cuda

#else

TEST(DriverHeader, IsTheOneThatWasCompared) {
  GTEST_SKIP() << "cuda.h is not at hand; scripts/setup --cuda installs it";
}

#endif
