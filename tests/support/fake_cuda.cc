#include "support/fake_cuda.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "compute/cuda/driver.h"

namespace {

using pantile::cuda::api::Address;
using pantile::cuda::api::Outcome;
using pantile::testing_cuda::Control;
using pantile::testing_cuda::HostKernel;
using pantile::testing_cuda::Launch;
using pantile::testing_cuda::Overlap;

constexpr Outcome kInvalid = 1, kOutOfMemory = 2, kNoImage = 200, kInvalidContext = 201,
                  kNotFound = 500, kNotReady = 600, kLost = 719;

enum class Where { host, device };
struct PoolBytes {
  std::int64_t held = 0, most = 0;
};
struct Piece {
  std::size_t bytes = 0;
  Where where = Where::host;
  std::shared_ptr<PoolBytes> pool;
};

struct Context {};
struct State {
  std::mutex mutex;
  Control control;
  std::map<void*, Piece> pieces;
  std::array<Context, 8> contexts;  ///< Of the devices.
};
State& state() {
  static State s;
  return s;
}

/// What a thread's calls go to.
thread_local Context* current_context = nullptr;
/// The device of that; -1: none.
int current_device() {
  if (current_context == nullptr) return -1;
  return static_cast<int>(current_context - state().contexts.data());
}

/// Work in order; somebody who waits does it. Of a lost device only memory comes back.
class Queue {
 public:
  enum class When { not_lost, always };
  explicit Queue(int its_device) : device(its_device) {}
  const int device;
  void note_launch() {
    const std::lock_guard lock(state().mutex);
    if (std::exchange(has_batch_, true)) return;
    Overlap& seen = state().control.overlap;
    ++seen.batches;
    seen.most_under_way = std::max(seen.most_under_way, ++seen.under_way);
  }
  void note_copy() {
    const std::lock_guard lock(state().mutex);
    Overlap& seen = state().control.overlap;
    if (seen.under_way > static_cast<int>(has_batch_)) ++seen.copies_beside;
  }
  void add(std::function<void()> work, When when = When::not_lost) {
    const std::lock_guard lock(mutex_);
    work_.push_back({std::move(work), when});
  }
  void do_all(bool lost = false) {
    note_wait();
    const std::lock_guard lock(mutex_);
    for (; !work_.empty(); work_.pop_front()) {
      if (!lost || work_.front().when == When::always) work_.front().work();
    }
  }

 private:
  struct Item {
    std::function<void()> work;
    When when;
  };
  void note_wait() {
    const std::lock_guard lock(state().mutex);
    if (!std::exchange(has_batch_, false)) return;
    if (--state().control.overlap.under_way == 0) ++state().control.overlap.lone_waits;
  }
  bool has_batch_ = false;  ///< Of state().mutex.
  std::mutex mutex_;
  std::deque<Item> work_;
};
/// What a stream is; events may outlive it.
using StreamOf = std::shared_ptr<Queue>;
struct Mark {
  StreamOf queue;
  std::shared_ptr<std::atomic<bool>> reached = std::make_shared<std::atomic<bool>>(true);
};
struct Kernel {
  HostKernel code = nullptr;
};
struct Code {
  std::map<std::string, Kernel> kernels;
};
struct Pool {
  std::shared_ptr<PoolBytes> bytes = std::make_shared<PoolBytes>();
};

/// Counts a call to a device that may fail.
Outcome count_call(int device) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const Control& c = s.control;
  if (c.fail_device >= 0 && c.fail_device != device) return 0;
  const int call = s.control.calls++;
  const bool fails = c.fail_call >= 0 && call >= c.fail_call && call - c.fail_call < c.fail_calls;
  return fails ? c.fail_outcome : 0;
}

/// A call for a stream: its device's context has to be the thread's.
Outcome call_to(const StreamOf& stream) {
  return stream->device == current_device() ? count_call(stream->device) : kInvalidContext;
}

/// Counts a call that may find no memory. Under the lock.
bool has_no_memory(Control& c) {
  const int call = c.memory_calls++;
  return c.memory_call >= 0 && call >= c.memory_call && call < c.memory_call + c.memory_failures;
}

void add_alive(int n) {
  const std::lock_guard lock(state().mutex);
  state().control.alive += n;
}

Outcome take(void** piece, std::size_t size, Where where, std::shared_ptr<PoolBytes> pool = {}) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Control& c = s.control;
  const auto bytes = static_cast<std::int64_t>(size);
  if (has_no_memory(c) || c.used_bytes + bytes > c.memory_bytes ||
      (where == Where::device && bytes > c.largest_bytes)) {
    return kOutOfMemory;
  }
  *piece = std::aligned_alloc(256, (size + 255) / 256 * 256);
  std::memset(*piece, 0xcd, size);
  c.used_bytes += bytes;
  ++c.alive;
  if (where == Where::device) {
    c.device_bytes += bytes;
    c.device_peak_bytes = std::max(c.device_peak_bytes, c.device_bytes);
  }
  if (pool != nullptr) {
    pool->held += bytes;
    pool->most = std::max(pool->most, pool->held);
  }
  s.pieces[*piece] = {size, where, std::move(pool)};
  return 0;
}

Outcome give(void* piece) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const auto at = s.pieces.find(piece);
  if (at == s.pieces.end()) return kInvalid;
  const auto bytes = static_cast<std::int64_t>(at->second.bytes);
  s.control.used_bytes -= bytes;
  if (at->second.where == Where::device) s.control.device_bytes -= bytes;
  if (at->second.pool != nullptr) at->second.pool->held -= bytes;
  s.pieces.erase(at);
  --s.control.alive;
  std::free(piece);
  return 0;
}

}  // namespace

extern "C" {

Control* fake_cuda_control() { return &state().control; }

Outcome cuInit(unsigned) { return state().control.init_outcome; }
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
Outcome cuDeviceGetAttribute(int* value, int attribute, int device) {
  const Control& c = state().control;
  *value = attribute == 75    ? (device == c.old_device ? 7 : c.major)
           : attribute == 76  ? c.minor
           : attribute == 97  ? 65536
           : attribute == 115 ? static_cast<int>(c.pools)
                              : 1;
  return 0;
}
Outcome cuDevicePrimaryCtxRetain(void** context, int device) {
  return *context = &state().contexts.at(static_cast<std::size_t>(device)), 0;
}
Outcome cuDevicePrimaryCtxRelease_v2(int) { return 0; }
Outcome cuCtxSetCurrent(void* context) {
  return current_context = static_cast<Context*>(context), 0;
}
Outcome cuCtxGetCurrent(void** context) { return *context = current_context, 0; }
Outcome cuMemGetInfo_v2(std::size_t* free, std::size_t* all) {
  *all = static_cast<std::size_t>(state().control.memory_bytes);
  *free = *all - static_cast<std::size_t>(state().control.used_bytes);
  return 0;
}
Outcome cuMemAlloc_v2(Address* address, std::size_t bytes) {
  void* piece = nullptr;
  const Outcome outcome = take(&piece, bytes, Where::device);
  *address = reinterpret_cast<Address>(piece);
  return outcome;
}
Outcome cuMemFree_v2(Address address) { return give(reinterpret_cast<void*>(address)); }
Outcome cuMemHostAlloc(void** data, std::size_t bytes, unsigned) {
  return take(data, bytes, Where::host);
}
Outcome cuMemFreeHost(void* data) { return give(data); }
Outcome cuStreamCreate(StreamOf** stream, unsigned) {
  add_alive(1);
  ++state().control.streams;
  return *stream = new StreamOf(std::make_shared<Queue>(current_device())), 0;
}
Outcome cuStreamDestroy_v2(StreamOf* stream) {
  add_alive(-1);
  (*stream)->do_all();
  delete stream;
  return 0;
}
Outcome cuStreamSynchronize(StreamOf* stream) {
  const Outcome failed = call_to(*stream);
  (*stream)->do_all(failed != 0);
  return failed;
}
Outcome cuMemcpyDtoHAsync_v2(void* to, Address from, std::size_t bytes, StreamOf* stream) {
  if (const Outcome failed = call_to(*stream); failed != 0) return failed;
  (*stream)->note_copy();
  (*stream)->add([=] { std::memcpy(to, reinterpret_cast<void*>(from), bytes); });
  return 0;
}
Outcome cuMemcpyHtoDAsync_v2(Address to, const void* from, std::size_t bytes, StreamOf* stream) {
  if (const Outcome failed = call_to(*stream); failed != 0) return failed;
  (*stream)->add([=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
  return 0;
}

Outcome cuMemPoolCreate(Pool** pool, const pantile::cuda::api::PoolSettings* settings) {
  if (settings->allocation != 1 || settings->location_kind != 1) return kInvalid;
  add_alive(1);
  return *pool = new Pool, 0;
}
Outcome cuMemPoolDestroy(Pool* pool) {
  add_alive(-1);
  delete pool;
  return 0;
}
Outcome cuMemPoolSetAttribute(Pool*, int attribute, void*) { return attribute == 4 ? 0 : kInvalid; }
Outcome cuMemPoolGetAttribute(Pool* pool, int attribute, void* value) {
  if (attribute != 6) return kInvalid;
  *static_cast<std::uint64_t*>(value) = static_cast<std::uint64_t>(pool->bytes->most);
  return 0;
}
Outcome cuMemAllocFromPoolAsync(Address* address, std::size_t bytes, Pool* pool, StreamOf*) {
  void* piece = nullptr;
  const Outcome outcome = take(&piece, bytes, Where::device, pool->bytes);
  *address = reinterpret_cast<Address>(piece);
  return outcome;
}
Outcome cuMemFreeAsync(Address address, StreamOf* stream) {
  (*stream)->add([=] { static_cast<void>(give(reinterpret_cast<void*>(address))); },
                 Queue::When::always);
  return 0;
}

Outcome cuEventCreate(Mark** event, unsigned) {
  add_alive(1);
  return *event = new Mark, 0;
}
Outcome cuEventDestroy_v2(Mark* event) {
  add_alive(-1);
  delete event;
  return 0;
}
Outcome cuEventRecord(Mark* event, StreamOf* stream) {
  event->queue = *stream;
  event->reached = std::make_shared<std::atomic<bool>>(false);
  (*stream)->add([reached = event->reached] { *reached = true; });
  return 0;
}
Outcome cuEventSynchronize(Mark* event) {
  if (!*event->reached) event->queue->do_all();
  return *event->reached ? 0 : kLost;
}
Outcome cuEventQuery(Mark* event) { return *event->reached ? 0 : kNotReady; }
Outcome cuEventElapsedTime(float* milliseconds, Mark*, Mark*) { return *milliseconds = 1.5F, 0; }

Outcome cuModuleLoadData(Code** module, const void* image) {
  auto code = std::make_unique<Code>();
  std::istringstream lines(static_cast<const char*>(image));
  std::string name, at;
  unsigned long long address = 0;
  while (lines >> name >> at >> std::hex >> address && at == "at") {
    code->kernels[name].code = reinterpret_cast<HostKernel>(address);
  }
  if (code->kernels.empty()) return kNoImage;
  add_alive(1);
  return *module = code.release(), 0;
}
Outcome cuModuleUnload(Code* module) {
  add_alive(-1);
  delete module;
  return 0;
}
Outcome cuModuleGetFunction(Kernel** kernel, Code* module, const char* name) {
  const auto found = module->kernels.find(name);
  if (found == module->kernels.end()) return kNotFound;
  return *kernel = &found->second, 0;
}
Outcome cuFuncSetAttribute(Kernel*, int, int) { return 0; }
Outcome cuLaunchKernel(Kernel* kernel, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned,
                       unsigned, unsigned shared, StreamOf* stream, void** arguments, void**) {
  if (const Outcome failed = call_to(*stream); failed != 0) return failed;
  {
    const std::lock_guard lock(state().mutex);
    if (has_no_memory(state().control)) return kOutOfMemory;
    ++state().control.launches;
  }
  // Parameters are copied at once, as by the true driver; a kernel knows their sizes.
  std::size_t bytes[2] = {};
  void* ask[] = {&bytes[0], &bytes[1]};
  kernel->code({x, y, z, 0, shared, ask});
  std::vector<std::vector<char>> copies(2);
  for (int i = 0; i < 2; ++i) {
    if (bytes[i] == 0) continue;
    const auto* from = static_cast<const char*>(arguments[i]);
    copies[static_cast<std::size_t>(i)].assign(from, from + bytes[i]);
  }
  (*stream)->note_launch();
  (*stream)->add([=, code = kernel->code]() mutable {
    void* pointers[] = {copies[0].data(), copies[1].data()};
    code({x, y, z, tx, shared, pointers});
  });
  return 0;
}

}  // extern "C"
