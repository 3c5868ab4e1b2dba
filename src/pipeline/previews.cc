#include "pipeline/previews.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/buffer.h"
#include "io/png/png_writer.h"
#include "io/store/file_store.h"
#include "io/zarr/zarr_source.h"
#include "ops/resize/area_source.h"
#include "pipeline/preview_size.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// Pixels of one worker's part of a band: large enough that most source chunks are read once.
constexpr std::int64_t kMostPreviewSide = (std::int64_t{1} << 31) - 1;  // PNG, 11.2.2
constexpr std::int64_t kPartPixels = std::int64_t{1} << 19;

std::int64_t rows_per_part(std::int64_t width, std::int64_t height) {
  return std::clamp<std::int64_t>(kPartPixels / width, 1, height);
}

/// Reads rows [y0, y1) of `image`, each worker a part of them.
Status read_band(const TileSource& image, std::int64_t y0, std::int64_t y1, int threads,
                 const CancelToken* cancel, PixelBuffer& band) {
  const std::int64_t width = image.spec().levels[0].width;
  return run_workers(threads, [&](int worker) -> Status {
    const std::int64_t a = y0 + (y1 - y0) * worker / threads;
    const std::int64_t b = y0 + (y1 - y0) * (worker + 1) / threads;
    if (a == b) return {};
    ReadContext context{cancel};
    return image.read(image.spec().region(0, {0, a, width, b}),
                      band.view().window({0, a - y0, width, b - y0}), context);
  });
}

}  // namespace

Status check_previews(const std::vector<PreviewSize>& previews) {
  std::vector<std::string> names;
  for (const PreviewSize& p : previews) {
    if (p.width < 1 || p.height < 0 || p.width > kMostPreviewSide || p.height > kMostPreviewSide) {
      return Error(Code::invalid, fmt::format("preview of {}x{} pixels: expected at least 1x1",
                                              p.width, p.height));
    }
    const std::string name = preview_name(p);
    if (name.find('/') != std::string::npos || name.front() == '.') {
      return Error(Code::invalid, "preview '" + name + "': its name must be a plain file name");
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return Error(Code::invalid, "two previews are called '" + name +
                                      "': give them names, as in "
                                      "--previews small:512,large:512x512");
    }
    names.push_back(name);
  }
  return {};
}

FittedSize fit_preview(std::int64_t width, std::int64_t height, const PreviewSize& size) {
  FittedSize fitted;
  const double by_width = static_cast<double>(size.width) / static_cast<double>(width);
  const double by_height =
      size.height > 0 ? static_cast<double>(size.height) / static_cast<double>(height) : by_width;
  const double factor = std::min({by_width, by_height, 1.0});
  fitted.limited = std::min(by_width, by_height) > 1;
  const auto side = [factor](std::int64_t n) {
    return std::clamp<std::int64_t>(std::llround(static_cast<double>(n) * factor), 1, n);
  };
  fitted.width = side(width);
  fitted.height = side(height);
  return fitted;
}

std::vector<PlannedPreview> plan_previews(std::int64_t width, std::int64_t height,
                                          const std::vector<PreviewSize>& wanted) {
  std::vector<PlannedPreview> planned;
  for (const PreviewSize& w : wanted) {
    const FittedSize size = fit_preview(width, height, w);
    const bool own_name = !w.name.empty();
    const auto same = [&](const PlannedPreview& p) {
      return p.size.width == size.width && p.size.height == size.height;
    };
    if (size.limited && !own_name && std::any_of(planned.begin(), planned.end(), same)) continue;
    const bool renamed = size.limited && !own_name;
    planned.push_back({renamed ? preview_name({"", size.width, 0}) : preview_name(w), size});
  }
  return planned;
}

std::int64_t preview_memory_bytes(const ImageSpec& spec, std::int64_t width, int threads) {
  constexpr std::int64_t kSumBytes = std::int64_t{8} << 20;  // AreaSource's, of the widest rows
  const std::int64_t band = threads * std::max(kPartPixels, width) * spec.pixel_bytes();
  return band + threads * (AreaSource::kPieceBytes + kSumBytes) + zarr::SourceOptions{}.cache_bytes;
}

Status write_preview(std::shared_ptr<const TileSource> image, std::int64_t width,
                     std::int64_t height, const std::string& path, int threads,
                     const CancelToken* cancel, const std::function<void(std::int64_t)>& on_rows) {
  const int level = level_for_size(image->spec(), width, height);
  PANTILE_ASSIGN(const auto shrunk, AreaSource::create(std::move(image), level, width, height));
  const ImageSpec& spec = shrunk->spec();
  if (spec.dtype != DType::u8 && spec.dtype != DType::u16) {
    return Error(Code::invalid, fmt::format("{}: PNG holds 8- and 16-bit samples, found {}; give "
                                            "--colormap and --range to see values in colours",
                                            path, dtype_name(spec.dtype)));
  }
  const std::filesystem::path file(path);
  FileStore folder(file.has_parent_path() ? file.parent_path().string() : ".");
  png::WriteOptions options;
  options.width = width;
  options.height = height;
  options.channels = spec.channels;
  options.dtype = spec.dtype;
  PANTILE_ASSIGN(const auto png, png::PngWriter::open(folder, file.filename().string(), options));
  const std::int64_t band_rows = std::min(height, rows_per_part(width, height) * threads);
  PixelBuffer band(spec.dtype, band_rows, width, spec.channels);
  for (std::int64_t y = 0; y < height; y += band_rows) {
    const std::int64_t rows = std::min(band_rows, height - y);
    PANTILE_TRY(read_band(*shrunk, y, y + rows, threads, cancel, band));
    PANTILE_TRY(png->write_rows(std::as_const(band).view().window({0, 0, width, rows})));
    if (on_rows) on_rows(rows);
  }
  return png->finish();
}

}  // namespace pantile
