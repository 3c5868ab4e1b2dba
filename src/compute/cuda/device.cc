#include "compute/cuda/device.h"

#include <fmt/format.h>

#include "compute/cuda/label.h"

namespace pantile::cuda {
namespace {

constexpr int kLeastMajor = 7, kLeastMinor = 5;

bool has_pool_functions(const api::Functions& call) {
#define PANTILE_CUDA_HAS(member, symbol, parameters) &&call.member != nullptr
  return true PANTILE_CUDA_OPTIONAL_FUNCTIONS(PANTILE_CUDA_HAS);
#undef PANTILE_CUDA_HAS
}

}  // namespace

std::string DeviceFacts::architecture() const { return fmt::format("sm_{}{}", major, minor); }

Status DeviceFacts::usable() const {
  if (std::pair(major, minor) >= std::pair(kLeastMajor, kLeastMinor)) return {};
  return Error(Code::foreign, fmt::format("GPU {} ({}) has compute capability {}.{}; {}.{} is the "
                                          "oldest that works",
                                          ordinal, name, major, minor, kLeastMajor, kLeastMinor));
}

Result<DeviceFacts> read_facts(const Driver& driver, int ordinal) {
  if (ordinal < 0 || ordinal >= driver.device_count()) {
    return Error(Code::not_found,
                 fmt::format("there is no GPU {}: this machine's are {}", ordinal,
                             driver.device_count() == 1
                                 ? "number 0 alone"
                                 : fmt::format("0 to {}", driver.device_count() - 1)));
  }
  const api::Functions& call = driver.call();
  const auto check = [&](api::Outcome outcome, std::string_view what) {
    return driver.check(outcome, fmt::format("GPU {}: {}", ordinal, what));
  };
  DeviceFacts facts;
  facts.ordinal = ordinal;
  api::Ordinal id = 0;
  PANTILE_TRY(check(call.device_get(&id, ordinal), "opening it"));
  char name[256] = {};
  PANTILE_TRY(check(call.device_name(name, sizeof name - 1, id), "asking for its name"));
  facts.name = name;
  std::size_t bytes = 0;
  PANTILE_TRY(check(call.device_memory(&bytes, id), "asking for its memory"));
  facts.memory_bytes = static_cast<std::int64_t>(bytes);
  int shared = 0, pools = 0;
  const std::pair<int*, int> attributes[] = {{&facts.major, api::kMajor},
                                             {&facts.minor, api::kMinor},
                                             {&facts.multiprocessors, api::kMultiprocessors},
                                             {&shared, api::kSharedBytesOptIn},
                                             {&pools, api::kMemoryPools}};
  for (const auto& [value, attribute] : attributes) {
    PANTILE_TRY(check(call.device_attribute(value, attribute, id), "asking what it can do"));
  }
  facts.shared_bytes = shared;
  facts.has_memory_pools = pools != 0 && has_pool_functions(call);
  return facts;
}

Result<std::shared_ptr<const Device>> Device::open(std::shared_ptr<const Driver> driver,
                                                   int ordinal) {
  PANTILE_ASSIGN(DeviceFacts facts, read_facts(*driver, ordinal));
  PANTILE_TRY(facts.usable());
  const auto check = [&](api::Outcome outcome, std::string_view what) {
    return driver->check(outcome, fmt::format("GPU {}: {}", ordinal, what));
  };
  api::Ordinal id = 0;
  PANTILE_TRY(check(driver->call().device_get(&id, ordinal), "opening it"));
  api::Context context = nullptr;
  PANTILE_TRY(check(driver->call().context_retain(&context, id), "taking it into use"));
  return std::shared_ptr<const Device>(new Device(std::move(driver), std::move(facts), context));
}

Device::~Device() { static_cast<void>(call().context_release(facts_.ordinal)); }

Status Device::check(api::Outcome outcome, std::string_view what) const {
  if (outcome == 0) return {};
  return driver_->check(outcome, fmt::format("GPU {} ({}): {}", facts_.ordinal, facts_.name, what));
}

// A context that cannot be set shows in the call that follows.
Device::Scope::Scope(const Device& device) : device_(device) {
  static_cast<void>(device.call().context_get(&before_));
  static_cast<void>(device.call().context_set(device.context_));
}
Device::Scope::~Scope() { static_cast<void>(device_.call().context_set(before_)); }

Result<Stream> Stream::make(std::shared_ptr<const Device> device) {
  const Device::Scope scope(*device);
  api::Stream stream = nullptr;
  PANTILE_TRY(device->check(device->call().stream_make(&stream, api::kNonBlockingStream),
                            "making a stream"));
  StreamHandle handle(device, stream);
  // A stream is waited for by a thread that turns, whatever the context's other users want; an
  // event by one that sleeps.
  api::Event end = nullptr;
  PANTILE_TRY(
      device->check(device->call().event_make(&end, api::kEventBlocks | api::kEventWithoutTiming),
                    "making an event"));
  return Stream(
      std::make_shared<Handles>(Handles{std::move(handle), EventHandle(std::move(device), end)}));
}

Status Stream::wait() const {
  const Label label("wait for a stream");
  const Device::Scope scope(*device());
  const api::Functions& call = device()->call();
  // Where the event fails, so does the stream, which says it better.
  const api::Event end = handles_->end.get();
  if (call.event_record(end, get()) == 0) static_cast<void>(call.event_wait(end));
  return device()->check(call.stream_wait(get()), "waiting for its work");
}

Status Stream::copy_to_host(void* to, api::Address from, std::int64_t bytes) const {
  const Label label("copy to the host", bytes);
  const Device::Scope scope(*device());
  return device()->check(
      device()->call().copy_to_host(to, from, static_cast<std::size_t>(bytes), get()),
      "copying from it");
}

Status Stream::copy_to_device(api::Address to, const void* from, std::int64_t bytes) const {
  const Label label("copy to the device", bytes);
  const Device::Scope scope(*device());
  return device()->check(
      device()->call().copy_to_device(to, from, static_cast<std::size_t>(bytes), get()),
      "copying to it");
}

Status Stream::launch(api::Function kernel, const Grid& grid, std::span<void*> arguments,
                      const char* label) const {
  const Label shown(label);
  const Device::Scope scope(*device());
  const api::Outcome outcome =
      device()->call().launch(kernel, grid.x, grid.y, grid.z, grid.threads, 1, 1, grid.shared_bytes,
                              get(), arguments.data(), nullptr);
  if (outcome == 0) return {};
  return device()->check(outcome, fmt::format("launching {}", label));
}

Result<Event> Event::make(std::shared_ptr<const Device> device, Timing timing) {
  const Device::Scope scope(*device);
  api::Event event = nullptr;
  const unsigned flags = api::kEventBlocks | (timing == Timing::no ? api::kEventWithoutTiming : 0);
  PANTILE_TRY(device->check(device->call().event_make(&event, flags), "making an event"));
  return Event(EventHandle(std::move(device), event));
}

Status Event::record(const Stream& stream) const {
  const Device& device = *handle_.device();
  const Device::Scope scope(device);
  return device.check(device.call().event_record(handle_.get(), stream.get()), "noting an event");
}

Status Event::wait() const {
  const Device& device = *handle_.device();
  const Device::Scope scope(device);
  return device.check(device.call().event_wait(handle_.get()), "waiting for its work");
}

Result<bool> Event::passed() const {
  const Device& device = *handle_.device();
  const Device::Scope scope(device);
  const api::Outcome outcome = device.call().event_query(handle_.get());
  if (outcome == api::kNotReady) return false;
  PANTILE_TRY(device.check(outcome, "asking how far its work is"));
  return true;
}

Result<double> Event::seconds_since(const Event& earlier) const {
  const Device& device = *handle_.device();
  const Device::Scope scope(device);
  float milliseconds = 0;
  PANTILE_TRY(
      device.check(device.call().event_elapsed(&milliseconds, earlier.handle_.get(), handle_.get()),
                   "reading its clock"));
  return static_cast<double>(milliseconds) * 1e-3;
}

Result<DeviceMemory> DeviceMemory::take(std::shared_ptr<const Device> device, std::int64_t bytes) {
  const Device::Scope scope(*device);
  api::Address address = 0;
  PANTILE_TRY(device->check(device->call().memory_take(&address, static_cast<std::size_t>(bytes)),
                            fmt::format("taking {} bytes of its memory", bytes)));
  return DeviceMemory(MemoryHandle(std::move(device), address), bytes);
}

Result<PinnedMemory> PinnedMemory::take(std::shared_ptr<const Device> device, std::int64_t bytes) {
  const Device::Scope scope(*device);
  void* data = nullptr;
  PANTILE_TRY(device->check(
      device->call().pinned_take(&data, static_cast<std::size_t>(bytes), api::kPortableHostMemory),
      fmt::format("pinning {} bytes of the host's memory", bytes)));
  return PinnedMemory(PinnedHandle(std::move(device), data), bytes);
}

Result<Module> Module::load(std::shared_ptr<const Device> device, const std::string& code) {
  const Device::Scope scope(*device);
  api::Module module = nullptr;
  PANTILE_TRY(
      device->check(device->call().module_load(&module, code.c_str()), "loading machine code"));
  return Module(ModuleHandle(std::move(device), module));
}

Result<api::Function> Module::kernel(const char* name, std::int64_t shared_bytes) const {
  const Device& device = *handle_.device();
  const Device::Scope scope(device);
  api::Function function = nullptr;
  PANTILE_TRY(device.check(device.call().module_function(&function, handle_.get(), name),
                           fmt::format("finding the kernel {}", name)));
  constexpr std::int64_t kWithoutAsking = 48 << 10;
  if (shared_bytes > kWithoutAsking) {
    PANTILE_TRY(device.check(device.call().function_set(function, api::kDynamicSharedBytes,
                                                        static_cast<int>(shared_bytes)),
                             fmt::format("letting blocks share {} bytes", shared_bytes)));
  }
  return function;
}

}  // namespace pantile::cuda
