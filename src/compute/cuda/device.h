#pragma once
/// \file
/// One GPU and what lives on it: streams, events, memory, code. Everything is owned; a handle keeps
/// its device alive. The classes may be used from any thread, each object by one at a time.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compute/cuda/driver.h"

namespace pantile::cuda {

struct DeviceFacts {
  int ordinal = 0;
  std::string name;
  int major = 0, minor = 0;           ///< Compute capability.
  std::int64_t memory_bytes = 0;      ///< All of it.
  std::int64_t shared_bytes = 49152;  ///< Most that a block can share.
  int multiprocessors = 0;
  bool has_memory_pools = false;  ///< Memory can be taken and given back in the order of a stream.
  /// "sm_90": what code is compiled for.
  std::string architecture() const;
  /// Whether it can draw for us. Errors: foreign (older than compute capability 7.5).
  Status usable() const;
};

/// Of any device of the driver, without taking it into use. Errors: not_found, io.
Result<DeviceFacts> read_facts(const Driver& driver, int ordinal);

/// A device's primary context, which other libraries in the process share.
class Device : public std::enable_shared_from_this<Device> {
 public:
  /// Errors: not_found (no such device), foreign (older than compute capability 7.5), io.
  static Result<std::shared_ptr<const Device>> open(std::shared_ptr<const Driver> driver,
                                                    int ordinal);
  ~Device();

  const DeviceFacts& facts() const { return facts_; }

  /// The device's context is the thread's own while this lives; the former one comes back after.
  class Scope {
   public:
    explicit Scope(const Device& device);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const Device& device_;
    api::Context before_ = nullptr;
  };

  const api::Functions& call() const { return driver_->call(); }
  /// As Driver::check, naming the device.
  Status check(api::Outcome outcome, std::string_view what) const;

 private:
  Device(std::shared_ptr<const Driver> driver, DeviceFacts facts, api::Context context)
      : driver_(std::move(driver)), facts_(std::move(facts)), context_(context) {}

  std::shared_ptr<const Driver> driver_;
  DeviceFacts facts_;
  api::Context context_ = nullptr;
};

/// Something of the driver's that is given back in the end.
template <class T, auto give> class Owned {
 public:
  Owned() = default;
  Owned(std::shared_ptr<const Device> device, T handle)
      : device_(std::move(device)), handle_(handle) {}
  Owned(Owned&& other) noexcept
      : device_(std::move(other.device_)), handle_(std::exchange(other.handle_, T{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ == T{}) return;
    const Device::Scope scope(*device_);
    static_cast<void>((device_->call().*give)(handle_));  // nothing could be done about a failure
  }

  const std::shared_ptr<const Device>& device() const { return device_; }
  T get() const { return handle_; }

 private:
  std::shared_ptr<const Device> device_;
  T handle_{};
};

using StreamHandle = Owned<api::Stream, &api::Functions::stream_end>;
using EventHandle = Owned<api::Event, &api::Functions::event_end>;
using ModuleHandle = Owned<api::Module, &api::Functions::module_end>;
using MemoryHandle = Owned<api::Address, &api::Functions::memory_give>;
using PinnedHandle = Owned<void*, &api::Functions::pinned_give>;

/// A queue of work on a device. Copies are the same queue.
class Stream {
 public:
  /// Errors: out_of_memory, io; as of all below that name none.
  static Result<Stream> make(std::shared_ptr<const Device> device);

  /// Waits until all that was queued is done; the thread sleeps. Errors: io, out_of_memory (with
  /// what failed on the device, at any time since the last wait).
  Status wait() const;
  /// Queue copies. Host memory must be pinned and live until they are done.
  Status copy_to_host(void* to, api::Address from, std::int64_t bytes) const;
  Status copy_to_device(api::Address to, const void* from, std::int64_t bytes) const;
  /// Queues a kernel; `arguments` point to its parameters, which are copied at once. `label` names
  /// it in errors and to profilers.
  struct Grid {
    unsigned x = 1, y = 1, z = 1, threads = 1, shared_bytes = 0;
  };
  Status launch(api::Function kernel, const Grid& grid, std::span<void*> arguments,
                const char* label) const;

  const std::shared_ptr<const Device>& device() const { return handles_->stream.device(); }
  api::Stream get() const { return handles_->stream.get(); }

 private:
  struct Handles {
    StreamHandle stream;
    EventHandle end;  ///< Of what was queued when somebody waited last.
  };
  explicit Stream(std::shared_ptr<const Handles> handles) : handles_(std::move(handles)) {}
  std::shared_ptr<const Handles> handles_;
};

/// A point in a stream.
class Event {
 public:
  enum class Timing { no, yes };
  static Result<Event> make(std::shared_ptr<const Device> device, Timing timing);

  Status record(const Stream& stream) const;
  Status wait() const;
  /// Whether everything that the stream held when it was recorded is done.
  Result<bool> passed() const;
  /// Between two recorded and reached events that keep time.
  Result<double> seconds_since(const Event& earlier) const;

 private:
  explicit Event(EventHandle handle) : handle_(std::move(handle)) {}
  EventHandle handle_;
};

/// Bytes on a device. Not set to anything.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  /// Errors: out_of_memory, io.
  static Result<DeviceMemory> take(std::shared_ptr<const Device> device, std::int64_t bytes);
  api::Address address() const { return handle_.get(); }
  std::int64_t bytes() const { return bytes_; }

 private:
  DeviceMemory(MemoryHandle handle, std::int64_t bytes)
      : handle_(std::move(handle)), bytes_(bytes) {}
  MemoryHandle handle_;
  std::int64_t bytes_ = 0;
};

/// Bytes of the host that every device copies to and from at full speed.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  static Result<PinnedMemory> take(std::shared_ptr<const Device> device, std::int64_t bytes);
  std::byte* data() const { return static_cast<std::byte*>(handle_.get()); }
  std::int64_t bytes() const { return bytes_; }

 private:
  PinnedMemory(PinnedHandle handle, std::int64_t bytes)
      : handle_(std::move(handle)), bytes_(bytes) {}
  PinnedHandle handle_;
  std::int64_t bytes_ = 0;
};

/// Machine code on a device.
class Module {
 public:
  /// `code`: a cubin, fatbin or PTX. Errors: io (also code that is not for this device).
  static Result<Module> load(std::shared_ptr<const Device> device, const std::string& code);
  /// A kernel, allowed to share `shared_bytes` a block.
  Result<api::Function> kernel(const char* name, std::int64_t shared_bytes) const;

 private:
  explicit Module(ModuleHandle handle) : handle_(std::move(handle)) {}
  ModuleHandle handle_;
};

}  // namespace pantile::cuda
