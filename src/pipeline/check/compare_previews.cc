#include "pipeline/check/compare_previews.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"

namespace pantile {
namespace {

/// Takes the bytes that a preview must have and holds them against those of its file, as they come:
/// neither disk nor memory is needed for a second one.
class ComparingWriter final : public ByteStore::Writer {
 public:
  /// What was seen, outliving the writer.
  struct Seen {
    std::int64_t bytes = 0;                       ///< That there must be.
    std::optional<std::int64_t> first_different;  ///< Among those that are there.
  };
  ComparingWriter(const FileStore& folder, std::string key, std::int64_t is_bytes, Seen& seen)
      : folder_(folder), key_(std::move(key)), is_bytes_(is_bytes), seen_(seen) {}

  Status append(std::span<const std::byte> bytes) override {
    const std::int64_t at = seen_.bytes;
    seen_.bytes += static_cast<std::int64_t>(bytes.size());
    const std::int64_t common =
        std::clamp<std::int64_t>(is_bytes_ - at, 0, static_cast<std::int64_t>(bytes.size()));
    if (seen_.first_different || common == 0) return {};
    block_.resize(static_cast<std::size_t>(common));
    PANTILE_TRY(folder_.read_into(key_, at, block_));
    const auto [is, must_be] = std::mismatch(block_.begin(), block_.end(), bytes.begin());
    if (is != block_.end()) seen_.first_different = at + (is - block_.begin());
    return {};
  }
  Status overwrite(std::int64_t, std::span<const std::byte>) override {
    return Error(Code::internal, key_ + ": a preview is written from front to back");
  }
  Status commit() override { return {}; }

 private:
  const FileStore& folder_;
  const std::string key_;
  const std::int64_t is_bytes_;
  Seen& seen_;
  Bytes block_;
};

struct Recorded {
  std::string file;
  std::int64_t width = 0, height = 0;
};

/// Previews that the record says were made, with their sizes.
std::vector<Recorded> recorded(const CheckTarget& target) {
  std::vector<Recorded> all;
  if (!target.record) return all;
  for (const auto& [name, form] : target.record->forms) {
    const auto size = parse_preview_form(form);
    if (is_preview_name(name) && size) all.push_back({name, size->width, size->height});
  }
  return all;
}

Status compare_one(const CheckTarget& target, const Recorded& preview,
                   std::shared_ptr<const TileSource> image, int threads, const CancelToken* cancel,
                   FindingLog& log) {
  PANTILE_ASSIGN(const auto is, target.folder->size(preview.file));
  if (!is) return {};  // reported before
  ComparingWriter::Seen seen;
  auto comparing = std::make_unique<ComparingWriter>(*target.folder, preview.file, *is, seen);
  PANTILE_TRY(write_preview(std::move(image), preview.width, preview.height, std::move(comparing),
                            preview.file, threads, cancel, {}));
  const auto wrong = [&](FindingKind kind, std::string text) {
    log.add({kind, preview.file, {}, {}, {}, std::move(text)});
  };
  if (seen.first_different && *is >= seen.bytes) {
    wrong(FindingKind::wrong_pixels,
          fmt::format("it is not the picture that the store gives: it differs from byte {} on",
                      *seen.first_different));
  } else if (*is != seen.bytes) {
    wrong(FindingKind::truncated, fmt::format("it has {} bytes, expected {}", *is, seen.bytes));
  }
  return {};
}

}  // namespace

RecordedPreviews recorded_previews(const CheckTarget& target) {
  RecordedPreviews all;
  for (const Recorded& preview : recorded(target)) {
    const auto size = target.folder->size(preview.file);
    if (!size.ok() || !*size) continue;
    ++all.count;
    all.widest = std::max(all.widest, preview.width);
  }
  return all;
}

Status find_missing_previews(const CheckTarget& target, FindingLog& log) {
  if (target.store_may_lack()) return {};  // what was made of an older store is to come again
  for (const Recorded& preview : recorded(target)) {
    PANTILE_ASSIGN(const bool there, target.folder->exists(preview.file));
    if (!there) {
      log.add({FindingKind::missing, preview.file, {}, {}, {}, "this preview is not there"});
    }
  }
  return {};
}

Status compare_previews(const CheckTarget& target, int threads, const CancelToken* cancel,
                        FindingLog& log) {
  const std::vector<Recorded> previews = recorded(target);
  if (previews.empty()) return {};
  const auto files = std::make_shared<FileStore>(target.path + "/" + kStoreName);
  PANTILE_ASSIGN(auto store, zarr::ZarrSource::open(files, {}));
  const std::string facts = store->pantile_json();
  std::shared_ptr<const TileSource> image = std::move(store);
  PANTILE_ASSIGN(image, colour_values(image, files->name(), facts, {}, ColourSource::Levels::all));
  const LevelInfo& level = image->spec().levels.front();
  for (const Recorded& preview : previews) {
    // A record from elsewhere must not ask for a picture larger than the image.
    if (preview.width > level.width || preview.height > level.height) continue;
    PANTILE_TRY(compare_one(target, preview, image, threads, cancel, log));
  }
  return {};
}

}  // namespace pantile
