#pragma once
/// \file
/// PNG pictures of a whole image, shrunk to fit.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/generate.h"
#include "pantile/job.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Width and height of the largest picture of an image of `width` × `height` that fits `size`
/// without enlarging it; sides are rounded to nearest, at least 1.
struct FittedSize {
  std::int64_t width = 1, height = 1;
  bool limited = false;  ///< The image is smaller than what was asked for.
};
FittedSize fit_preview(std::int64_t width, std::int64_t height, const PreviewSize& size);

/// Errors: invalid (a size below 1x1 or beyond 2^31 - 1; a name that is none for a file, or twice).
Status check_previews(const std::vector<PreviewSize>& previews);

/// How a job records a preview of that size: "1024x768".
std::string preview_form(const FittedSize& size);
/// The inverse; nothing when `form` is not one.
std::optional<FittedSize> parse_preview_form(std::string_view form);

/// True of a path in a job's folder that can be a preview's: "previews/<name>.png".
bool is_preview_name(std::string_view name);

/// A preview that will be made: its file stem and its size.
struct PlannedPreview {
  std::string name;
  FittedSize size;
};
/// What comes of `wanted` for an image of that size: nothing is enlarged, so those larger than the
/// image show all of it once, named by the width they have unless the user named them.
std::vector<PlannedPreview> plan_previews(std::int64_t width, std::int64_t height,
                                          const std::vector<PreviewSize>& wanted);

/// Writes `image` (u8 or u16, 1 or 3 channels) shrunk to width × height as the PNG file `path`,
/// from the nearest pyramid level, in bands of bounded memory on `threads` workers. Appears under
/// its name only when complete. `on_rows` is called with the number of rows done. Errors: invalid
/// (a type that PNG cannot hold), cancelled, out_of_space, io, and those of the image.
Status write_preview(std::shared_ptr<const TileSource> image, std::int64_t width,
                     std::int64_t height, const std::string& path, int threads,
                     const CancelToken* cancel, const std::function<void(std::int64_t)>& on_rows);

/// The same picture, its bytes going to `out`; `name` is for messages.
Status write_preview(std::shared_ptr<const TileSource> image, std::int64_t width,
                     std::int64_t height, std::unique_ptr<ByteStore::Writer> out,
                     const std::string& name, int threads, const CancelToken* cancel,
                     const std::function<void(std::int64_t)>& on_rows);

/// Upper bound of memory that write_preview takes besides the image's own cost().
std::int64_t preview_memory_bytes(const ImageSpec& spec, std::int64_t width, int threads);

}  // namespace pantile
