#include "generate/device/device_rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <vector>

#include "generate/device/ceilings.h"
#include "gpu/picture_parity.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/formula_kernel.h"
#include "ops/formula/gpu/formula_lane.h"

namespace pantile::bench {
namespace {

constexpr std::int32_t kTilePx = 512;
constexpr std::int64_t kPicturePx = 65536;
constexpr std::int64_t kBatchPixels = std::int64_t{formula::kMostTiles} * kTilePx * kTilePx;
/// Each rate is measured so often; the median counts.
constexpr int kRounds = 5;
/// Unmeasured work before, for the device's clock to rise.
constexpr double kWarmUpSeconds = 0.5;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

formula::FormulaImage picture(Precision precision) {
  formula::FormulaImage image;
  image.frame = {
      .width = kPicturePx, .height = kPicturePx, .scale = 6.0 / static_cast<double>(kPicturePx)};
  image.lo = -3;
  image.hi = 3;
  image.precision = precision;
  return image;
}

/// Tiles spread over the picture, so that their mean is the picture's.
std::vector<Rect> tiles_of(std::int64_t batch) {
  constexpr std::int64_t kColumns = kPicturePx / kTilePx;
  std::vector<Rect> tiles;
  for (std::int64_t k = 0; k < formula::kMostTiles; ++k) {
    const std::int64_t at = (batch * formula::kMostTiles + k) * 7919 % (kColumns * kColumns);
    const std::int64_t x = at % kColumns * kTilePx, y = at / kColumns * kTilePx;
    tiles.push_back({x, y, x + kTilePx, y + kTilePx});
  }
  return tiles;
}

/// Seconds that a stream takes for what `queue` puts into it: the median, after the warm-up.
Result<double> device_seconds(const cuda::Stream& stream, const std::function<Status()>& queue) {
  PANTILE_ASSIGN(const auto begin, cuda::Event::make(stream.device(), cuda::Event::Timing::yes));
  PANTILE_ASSIGN(const auto end, cuda::Event::make(stream.device(), cuda::Event::Timing::yes));
  std::vector<double> seconds;
  const auto start = Clock::now();
  while (std::ssize(seconds) < kRounds) {
    const bool counts = seconds_since(start) > kWarmUpSeconds;
    PANTILE_TRY(begin.record(stream));
    PANTILE_TRY(queue());
    PANTILE_TRY(end.record(stream));
    PANTILE_TRY(end.wait());
    PANTILE_ASSIGN(const double took, end.seconds_since(begin));
    if (counts) seconds.push_back(took);
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

/// Kernels of ceilings.cu on one device.
class Ceilings {
 public:
  static Result<Ceilings> make(const std::shared_ptr<const cuda::Device>& device) {
    PANTILE_ASSIGN(cuda::Module module, cuda::Module::load(device, std::string(ceilings_code())));
    PANTILE_ASSIGN(cuda::Stream stream, cuda::Stream::make(device));
    PANTILE_ASSIGN(cuda::DeviceMemory memory,
                   cuda::DeviceMemory::take(device, kBatchPixels * std::int64_t{sizeof(float)}));
    return Ceilings(std::move(module), std::move(stream), std::move(memory));
  }

  /// Multiply-adds a second.
  Result<double> multiply_adds(Precision precision) const {
    PANTILE_ASSIGN(
        const auto kernel,
        module_.kernel(precision == Precision::f64 ? "multiply_add_f64" : "multiply_add_f32", 0));
    void* out = reinterpret_cast<void*>(memory_.address());
    unsigned rounds = 2048;
    double factor = 0.999;
    void* arguments[] = {&out, &rounds, &factor};
    const unsigned blocks = 32 * static_cast<unsigned>(stream_.device()->facts().multiprocessors);
    constexpr unsigned kThreads = 256;
    PANTILE_ASSIGN(const double seconds, device_seconds(stream_, [&] {
                     return stream_.launch(kernel, {blocks, 1, 1, kThreads, 0}, arguments,
                                           "multiply-adds");
                   }));
    return static_cast<double>(blocks) * kThreads * rounds * 64 / seconds;
  }

  /// Values a second of the kernel written by hand.
  Result<double> by_hand(Precision precision) const {
    PANTILE_ASSIGN(
        const auto kernel,
        module_.kernel(precision == Precision::f64 ? "raw_complex_f64" : "raw_complex_f32", 0));
    void* out = reinterpret_cast<void*>(memory_.address());
    unsigned width = 8192, height = static_cast<unsigned>(kBatchPixels / width);
    double scale = 6.0 / width;
    void* arguments[] = {&out, &width, &height, &scale};
    constexpr unsigned kThreads = 256, kLaunches = 32;
    PANTILE_ASSIGN(
        const double seconds, device_seconds(stream_, [&]() -> Status {
          for (unsigned k = 0; k < kLaunches; ++k) {
            PANTILE_TRY(stream_.launch(kernel, {width / kThreads, height, 1, kThreads, 0},
                                       arguments, "complex by hand"));
          }
          return {};
        }));
    return static_cast<double>(kLaunches) * width * height / seconds;
  }

 private:
  Ceilings(cuda::Module module, cuda::Stream stream, cuda::DeviceMemory memory)
      : module_(std::move(module)), stream_(std::move(stream)), memory_(std::move(memory)) {}
  cuda::Module module_;
  cuda::Stream stream_;
  cuda::DeviceMemory memory_;
};

/// Bytes a second from the device into pinned memory.
Result<double> copy_rate(const std::shared_ptr<const cuda::Device>& device) {
  constexpr std::int64_t kBytes = std::int64_t{256} << 20;
  PANTILE_ASSIGN(const auto stream, cuda::Stream::make(device));
  PANTILE_ASSIGN(const auto from, cuda::DeviceMemory::take(device, kBytes));
  PANTILE_ASSIGN(const auto to, cuda::PinnedMemory::take(device, kBytes));
  PANTILE_ASSIGN(const double seconds, device_seconds(stream, [&] {
                   return stream.copy_to_host(to.data(), from.address(), kBytes);
                 }));
  return static_cast<double>(kBytes) / seconds;
}

/// Pixels a second of complex as RGB8, left in device memory.
Result<double> drawing_rate(const gpu::GpuMachine& machine,
                            const std::shared_ptr<const cuda::Device>& device,
                            Precision precision) {
  const formula::FormulaImage image = picture(precision);
  PANTILE_ASSIGN(const auto program, formula::compile("complex", precision));
  PANTILE_ASSIGN(const auto kernel,
                 formula::FormulaKernel::make(program, image, device, *machine.compiler));
  // Two streams, as jobs have: where one launch runs out of blocks, the other one's fill the
  // device.
  constexpr std::size_t kStreams = 2;
  std::vector<cuda::Stream> streams;
  std::vector<cuda::DeviceMemory> memories;
  for (std::size_t k = 0; k < kStreams; ++k) {
    PANTILE_ASSIGN(auto stream, cuda::Stream::make(device));
    PANTILE_ASSIGN(auto memory, cuda::DeviceMemory::take(device, 3 * kBatchPixels));
    streams.push_back(std::move(stream));
    memories.push_back(std::move(memory));
  }
  constexpr std::int64_t kBatches = 192;
  std::vector<double> rates;
  const auto start = Clock::now();
  while (std::ssize(rates) < kRounds) {
    const bool counts = seconds_since(start) > kWarmUpSeconds;
    const auto begin = Clock::now();
    for (std::int64_t b = 0; b < kBatches; ++b) {
      const std::size_t k = static_cast<std::size_t>(b) % kStreams;
      PANTILE_TRY(kernel->launch(streams[k], {memories[k].address(), 0, kTilePx}, tiles_of(b)));
    }
    for (const cuda::Stream& stream : streams) PANTILE_TRY(stream.wait());
    if (counts)
      rates.push_back(static_cast<double>(kBatches * kBatchPixels) / seconds_since(begin));
  }
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

/// Pixels a second that arrive in pinned memory.
Result<double> to_host_rate(const gpu::GpuMachine& machine,
                            const std::shared_ptr<const cuda::Device>& device,
                            formula::Halves halves) {
  const formula::FormulaImage image = picture(Precision::f64);
  PANTILE_ASSIGN(const auto program, formula::compile("complex"));
  formula::FormulaLaneOptions options;
  options.tile_px = kTilePx;
  options.halves = halves;
  PANTILE_ASSIGN(const auto lane,
                 formula::FormulaLane::make(program, image, device, *machine.compiler, options));
  const auto most = static_cast<std::size_t>(lane->batch_tiles());
  std::vector<double> rates;
  const auto start = Clock::now();
  while (std::ssize(rates) < kRounds) {
    const bool counts = seconds_since(start) > kWarmUpSeconds;
    constexpr std::int64_t kBatches = 256;
    std::deque<std::unique_ptr<TileBatch>> under_way;
    const auto begin = Clock::now();
    for (std::int64_t b = 0; b < kBatches; ++b) {
      if (static_cast<int>(under_way.size()) == lane->batches()) {
        PANTILE_TRY(under_way.front()->wait());
        under_way.pop_front();
      }
      const std::vector<Rect> tiles = tiles_of(b);
      PANTILE_ASSIGN(auto batch, lane->begin({tiles.data(), std::min(most, tiles.size())}));
      under_way.push_back(std::move(batch));
    }
    for (; !under_way.empty(); under_way.pop_front()) PANTILE_TRY(under_way.front()->wait());
    const double seconds = seconds_since(begin);
    const auto tiles = static_cast<double>(kBatches) *
                       static_cast<double>(std::min<std::size_t>(most, formula::kMostTiles));
    if (counts) rates.push_back(tiles * kTilePx * kTilePx / seconds);
  }
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

/// Errors: corrupt, where a pixel is not the CPU's.
Status check_pixels(const gpu::GpuMachine& machine,
                    const std::shared_ptr<const cuda::Device>& device) {
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    gpu::Picture sample{"complex", picture(precision)};
    sample.image.frame.width = 2000;
    sample.image.frame.height = 1500;
    sample.image.frame.scale = 6.0 / 2000;
    PANTILE_ASSIGN(const auto parity,
                   gpu::compare_picture(sample, device, *machine.compiler, kTilePx));
    if (parity.different != 0) {
      return Error(Code::corrupt, sample.words() + ": " + parity.first);
    }
  }
  return {};
}

}  // namespace

Result<DeviceRates> measure_device(const gpu::GpuMachine& machine,
                                   const std::shared_ptr<const cuda::Device>& device,
                                   Table& table) {
  PANTILE_TRY(check_pixels(machine, device));
  const bool has_ceilings = !ceilings_code().empty();
  if (!has_ceilings) table.line("ceilings: not built, it takes nvcc", "");
  for (const auto& [name, precision, reach] :
       {std::tuple("f64", Precision::f64, 50.0), std::tuple("f32", Precision::f32, 150.0)}) {
    PANTILE_ASSIGN(const double drawn, drawing_rate(machine, device, precision));
    std::string beside;
    if (has_ceilings) {
      PANTILE_ASSIGN(const auto ceilings, Ceilings::make(device));
      PANTILE_ASSIGN(const double adds, ceilings.multiply_adds(precision));
      PANTILE_ASSIGN(const double by_hand, ceilings.by_hand(precision));
      table.line(fmt::format("multiply-adds, {}", name), fmt::format("{:.1f} T/s", adds / 1e12));
      table.line(fmt::format("complex by hand, {}, values only", name),
                 fmt::format("{:.1f} Gpx/s", by_hand / 1e9));
      beside = fmt::format("{:.2f} x by hand; {:.0f} multiply-adds' time a pixel", drawn / by_hand,
                           adds / drawn);
    }
    table.line(fmt::format("complex, {}, RGB8 in device memory", name),
               fmt::format("{:.1f} Gpx/s", drawn / 1e9), table.at_least(reach, drawn / 1e9),
               beside);
  }
  DeviceRates rates;
  PANTILE_ASSIGN(const double copies, copy_rate(device));
  PANTILE_ASSIGN(const double tiles, to_host_rate(machine, device, formula::Halves::no));
  PANTILE_ASSIGN(rates.to_host_px_s, to_host_rate(machine, device, formula::Halves::yes));
  table.line("copies to pinned memory", fmt::format("{:.1f} GB/s", copies / 1e9));
  table.line("complex, f64, RGB8 to host memory", fmt::format("{:.2f} Gpx/s", tiles / 1e9),
             table.at_least(15, tiles / 1e9),
             fmt::format("{:.0f} % of what copies allow", 100 * tiles * 3 / copies));
  table.line(
      "  with halves for the pyramid", fmt::format("{:.2f} Gpx/s", rates.to_host_px_s / 1e9), "",
      fmt::format("{:.0f} % of what copies allow", 100 * rates.to_host_px_s * 3.75 / copies));
  return rates;
}

}  // namespace pantile::bench
