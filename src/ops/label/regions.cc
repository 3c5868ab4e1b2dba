#include "ops/label/regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/buffer.h"
#include "grid/tile_grid.h"
#include "runtime/workers.h"

namespace pantile::label {
namespace {

constexpr std::int64_t kBlockPx = 512;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Sums {
  std::int64_t area = 0, x = 0, y = 0;
  Rect bounds{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max(), 0,
              0};
  std::int64_t numbers = 0;
  double sum = 0, least = kInfinity, greatest = -kInfinity;

  void add(const Sums& b) {
    area += b.area;
    x += b.x;
    y += b.y;
    bounds = {std::min(bounds.x0, b.bounds.x0), std::min(bounds.y0, b.bounds.y0),
              std::max(bounds.x1, b.bounds.x1), std::max(bounds.y1, b.bounds.y1)};
    numbers += b.numbers;
    sum += b.sum;
    least = std::min(least, b.least);
    greatest = std::max(greatest, b.greatest);
  }
};
using Table = std::unordered_map<std::uint32_t, Sums>;

template <class T> T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// -1: not a label.
std::int64_t label_at(const View& view, std::int64_t y, std::int64_t x) {
  const std::byte* const at = view.at(y, x);
  switch (view.dtype()) {
    case DType::u8: return load<std::uint8_t>(at);
    case DType::i8: return load<std::int8_t>(at);
    case DType::u16: return load<std::uint16_t>(at);
    case DType::i16: return load<std::int16_t>(at);
    case DType::u32: return load<std::uint32_t>(at);
    case DType::i32: return load<std::int32_t>(at);
    case DType::u64: return static_cast<std::int64_t>(load<std::uint64_t>(at));
    case DType::i64: return load<std::int64_t>(at);
    default: return -1;
  }
}

double value_at(const View& view, std::int64_t y, std::int64_t x) {
  const std::byte* const at = view.at(y, x);
  switch (view.dtype()) {
    case DType::f32: return load<float>(at);
    case DType::f64: return load<double>(at);
    case DType::u64: return static_cast<double>(load<std::uint64_t>(at));
    case DType::f16: return std::numeric_limits<double>::quiet_NaN();  // refused before
    default: return static_cast<double>(label_at(view, y, x));
  }
}

/// One block's sums, by label.
Status measure_block(const View& labels, const View* values, const Rect& rect, Table& table) {
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    for (std::int64_t x = 0; x < rect.width();) {
      const std::int64_t label = label_at(labels, y, x);
      std::int64_t end = x + 1;
      while (end < rect.width() && label_at(labels, y, end) == label) ++end;
      if (label < 0 || label >= std::numeric_limits<std::uint32_t>::max()) {
        return Error(Code::invalid, fmt::format("{} at x {}, y {} is no label: expected 0 to "
                                                "4294967294",
                                                label, rect.x0 + x, rect.y0 + y));
      }
      if (label != 0) {
        Sums& sums = table[static_cast<std::uint32_t>(label)];
        const std::int64_t n = end - x, first = rect.x0 + x;
        Sums run;
        run.area = n;
        run.x = n * first + n * (n - 1) / 2;
        run.y = n * (rect.y0 + y);
        run.bounds = {first, rect.y0 + y, first + n, rect.y0 + y + 1};
        for (std::int64_t k = x; values != nullptr && k < end; ++k) {
          const double value = value_at(*values, y, k);
          if (value != value) continue;
          ++run.numbers;
          run.sum += value;
          run.least = std::min(run.least, value);
          run.greatest = std::max(run.greatest, value);
        }
        sums.add(run);
      }
      x = end;
    }
  }
  return {};
}

Status check(const TileSource& labels, std::int64_t plane, const TileSource* values,
             std::int64_t value_plane) {
  const auto has = [](const TileSource& source, std::int64_t p) {
    return p >= 0 && p < source.spec().planes();
  };
  if (!has(labels, plane) || (values != nullptr && !has(*values, value_plane))) {
    return Error(Code::invalid, "regions: the channel is not there");
  }
  if (dtype_is_float(labels.spec().dtype)) {
    return Error(Code::invalid, fmt::format("regions: labels are {}: expected whole numbers",
                                            dtype_name(labels.spec().dtype)));
  }
  if (values == nullptr) return {};
  if (values->spec().dtype == DType::f16) {
    return Error(Code::invalid, "regions: values are float16; cast them to float32");
  }
  const LevelInfo &a = labels.spec().levels.front(), &b = values->spec().levels.front();
  if (a.width == b.width && a.height == b.height) return {};
  return Error(Code::invalid, fmt::format("regions: labels are of {}x{} pixels, values of {}x{}",
                                          a.width, a.height, b.width, b.height));
}

Regions listed(const Table& table, bool with_values) {
  Regions regions;
  for (const auto& entry : table) regions.labels.push_back(entry.first);
  std::ranges::sort(regions.labels);
  for (const std::uint32_t label : regions.labels) {
    const Sums& sums = table.at(label);
    const auto area = static_cast<double>(sums.area);
    regions.area.push_back(sums.area);
    regions.bounds.push_back(sums.bounds);
    regions.center_x.push_back(static_cast<double>(sums.x) / area);
    regions.center_y.push_back(static_cast<double>(sums.y) / area);
    if (!with_values) continue;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const bool any = sums.numbers > 0;
    regions.mean.push_back(any ? sums.sum / static_cast<double>(sums.numbers) : kNan);
    regions.least.push_back(any ? sums.least : kNan);
    regions.greatest.push_back(any ? sums.greatest : kNan);
  }
  return regions;
}

}  // namespace

Result<Regions> measure_regions(const TileSource& labels, std::int64_t plane,
                                const TileSource* values, std::int64_t value_plane, int threads,
                                const CancelToken* cancel,
                                const std::function<void(std::int64_t)>& made) {
  PANTILE_TRY(check(labels, plane, values, value_plane));
  const LevelInfo& level = labels.spec().levels.front();
  const TileGrid blocks{level.width, level.height, kBlockPx};
  const std::int64_t columns = blocks.columns(), count = columns * blocks.rows();
  Table all;
  std::mutex mutex;
  std::condition_variable turn;
  std::int64_t next = 0, added = 0;
  bool failed = false;
  const auto work = [&]() -> Status {
    ReadContext ctx{cancel};
    PixelBuffer label_buffer(labels.spec().dtype, kBlockPx, kBlockPx, 1), value_buffer;
    if (values != nullptr) value_buffer = {values->spec().dtype, kBlockPx, kBlockPx, 1};
    for (;;) {
      std::unique_lock lock(mutex);
      if (failed || next == count) return {};
      const std::int64_t i = next++;
      lock.unlock();
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      const Rect rect = blocks.rect(i % columns, i / columns),
                 at{0, 0, rect.width(), rect.height()};
      const MutableView label_view = label_buffer.view().window(at);
      PANTILE_TRY(labels.read(labels.spec().plane_region(plane, rect), label_view, ctx));
      View value_view;
      if (values != nullptr) {
        const MutableView view = value_buffer.view().window(at);
        PANTILE_TRY(values->read(values->spec().plane_region(value_plane, rect), view, ctx));
        value_view = view;
      }
      Table table;
      PANTILE_TRY(
          measure_block(label_view, values != nullptr ? &value_view : nullptr, rect, table));
      lock.lock();
      turn.wait(lock, [&] { return failed || added == i; });
      if (failed) return {};
      for (const auto& [label, sums] : table) all[label].add(sums);
      ++added;
      turn.notify_all();
      lock.unlock();
      made(rect.area());
    }
  };
  PANTILE_TRY(run_workers(threads, [&](int) {
    const Status status = work();
    if (!status.ok()) {
      const std::lock_guard lock(mutex);
      failed = true;
      turn.notify_all();
    }
    return status;
  }));
  return listed(all, values != nullptr);
}

}  // namespace pantile::label
