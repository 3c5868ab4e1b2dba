#include "support/fake_cuda.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "compute/cuda/driver.h"

namespace {

using pantile::cuda::api::Address;
using pantile::cuda::api::Outcome;
using pantile::testing_cuda::Control;
using pantile::testing_cuda::HostKernel;
using pantile::testing_cuda::Launch;

constexpr Outcome kInvalid = 1, kOutOfMemory = 2, kNoImage = 200, kNotFound = 500;

struct Queue {
  std::deque<std::function<void()>> work;
};
struct Code {
  HostKernel kernel;
};

struct State {
  std::mutex mutex;
  Control control;
  std::map<void*, std::size_t> pieces;
};
State& state() {
  static State s;
  return s;
}

/// Counts a call that may fail.
Outcome count_call() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const int call = s.control.calls++;
  return s.control.fail_call >= 0 && call >= s.control.fail_call ? s.control.fail_outcome : 0;
}

void add_alive(int n) {
  const std::lock_guard lock(state().mutex);
  state().control.alive += n;
}

Outcome take(void** piece, std::size_t bytes) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.control.used_bytes + static_cast<std::int64_t>(bytes) > s.control.memory_bytes) {
    return kOutOfMemory;
  }
  *piece = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*piece, 0xcd, bytes);
  s.pieces[*piece] = bytes;
  s.control.used_bytes += static_cast<std::int64_t>(bytes);
  ++s.control.alive;
  return 0;
}

Outcome give(void* piece) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const auto at = s.pieces.find(piece);
  if (at == s.pieces.end()) return kInvalid;
  s.control.used_bytes -= static_cast<std::int64_t>(at->second);
  s.pieces.erase(at);
  --s.control.alive;
  std::free(piece);
  return 0;
}

}  // namespace

extern "C" {

Control* fake_cuda_control() { return &state().control; }

Outcome cuInit(unsigned) { return 0; }
Outcome cuDriverGetVersion(int* version) { return *version = 13000, 0; }
Outcome cuGetErrorName(Outcome, const char** name) { return *name = "CUDA_ERROR_FAKE", 0; }
Outcome cuGetErrorString(Outcome, const char** words) { return *words = "as told", 0; }
Outcome cuDeviceGetCount(int* count) { return *count = state().control.devices, 0; }
Outcome cuDeviceGet(int* device, int ordinal) { return *device = ordinal, 0; }
Outcome cuDeviceGetName(char* name, int size, int) {
  std::strncpy(name, "Fake", static_cast<std::size_t>(size));
  return 0;
}
Outcome cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  *bytes = static_cast<std::size_t>(state().control.memory_bytes);
  return 0;
}
Outcome cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 97 ? 65536 : 1;
  return 0;
}
Outcome cuDevicePrimaryCtxRetain(void** context, int) { return *context = &state(), 0; }
Outcome cuDevicePrimaryCtxRelease_v2(int) { return 0; }
Outcome cuCtxSetCurrent(void*) { return 0; }
Outcome cuCtxGetCurrent(void** context) { return *context = nullptr, 0; }
Outcome cuMemGetInfo_v2(std::size_t* free, std::size_t* all) {
  *all = static_cast<std::size_t>(state().control.memory_bytes);
  *free = *all - static_cast<std::size_t>(state().control.used_bytes);
  return 0;
}
Outcome cuMemAlloc_v2(Address* address, std::size_t bytes) {
  void* piece = nullptr;
  const Outcome outcome = take(&piece, bytes);
  *address = reinterpret_cast<Address>(piece);
  return outcome;
}
Outcome cuMemFree_v2(Address address) { return give(reinterpret_cast<void*>(address)); }
Outcome cuMemHostAlloc(void** data, std::size_t bytes, unsigned) { return take(data, bytes); }
Outcome cuMemFreeHost(void* data) { return give(data); }
Outcome cuStreamCreate(Queue** stream, unsigned) {
  add_alive(1);
  return *stream = new Queue, 0;
}
Outcome cuStreamDestroy_v2(Queue* stream) {
  add_alive(-1);
  delete stream;
  return 0;
}
Outcome cuStreamSynchronize(Queue* stream) {
  if (const Outcome failed = count_call(); failed != 0) {
    stream->work.clear();
    return failed;
  }
  while (!stream->work.empty()) {
    stream->work.front()();
    stream->work.pop_front();
  }
  return 0;
}
Outcome cuMemcpyDtoHAsync_v2(void* to, Address from, std::size_t bytes, Queue* stream) {
  if (const Outcome failed = count_call(); failed != 0) return failed;
  stream->work.emplace_back([=] { std::memcpy(to, reinterpret_cast<void*>(from), bytes); });
  return 0;
}
Outcome cuMemcpyHtoDAsync_v2(Address to, const void* from, std::size_t bytes, Queue* stream) {
  if (const Outcome failed = count_call(); failed != 0) return failed;
  stream->work.emplace_back([=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
  return 0;
}
Outcome cuEventCreate(int** event, unsigned) {
  add_alive(1);
  return *event = new int(0), 0;
}
Outcome cuEventDestroy_v2(int* event) {
  add_alive(-1);
  delete event;
  return 0;
}
Outcome cuEventRecord(int*, Queue* stream) { return cuStreamSynchronize(stream); }
Outcome cuEventSynchronize(int*) { return 0; }
Outcome cuEventElapsedTime(float* milliseconds, int*, int*) { return *milliseconds = 1.5F, 0; }

/// Code is the text "kernel at <address of a HostKernel> with <bytes> bytes of arguments".
Outcome cuModuleLoadData(Code** module, const void* image) {
  unsigned long long address = 0;
  if (std::sscanf(static_cast<const char*>(image), "kernel at %llx", &address) != 1) {
    return kNoImage;
  }
  add_alive(1);
  *module = new Code{reinterpret_cast<HostKernel>(address)};
  return 0;
}
Outcome cuModuleUnload(Code* module) {
  add_alive(-1);
  delete module;
  return 0;
}
Outcome cuModuleGetFunction(Code** function, Code* module, const char* name) {
  if (std::strcmp(name, "pantile_formula") != 0) return kNotFound;
  return *function = module, 0;
}
Outcome cuFuncSetAttribute(Code*, int, int) { return 0; }
Outcome cuLaunchKernel(Code* function, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned,
                       unsigned, unsigned shared, Queue* stream, void** arguments, void**) {
  if (const Outcome failed = count_call(); failed != 0) return failed;
  // Parameters are copied at once, as by the true driver; a kernel knows their sizes.
  Launch sizes{x, y, z, tx, shared, nullptr};
  std::size_t bytes[2] = {};
  void* ask[] = {&bytes[0], &bytes[1]};
  sizes.threads = 0;  // asks for the sizes of the arguments
  sizes.arguments = ask;
  function->kernel(sizes);
  std::vector<std::vector<char>> copies;
  for (int i = 0; i < 2; ++i) {
    const auto* from = static_cast<const char*>(arguments[i]);
    copies.emplace_back(from, from + bytes[i]);
  }
  stream->work.emplace_back([=]() mutable {
    void* pointers[] = {copies[0].data(), copies[1].data()};
    function->kernel({x, y, z, tx, shared, pointers});
  });
  return 0;
}

}  // extern "C"
