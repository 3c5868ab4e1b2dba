#include "pipeline/check/compare_previews.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// A folder in the system's place for temporary files, gone when destroyed.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "pantile-check-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
      return Error(Code::io,
                   "cannot make a folder for temporary files; set TMPDIR to one that can "
                   "be written");
    }
    return TemporaryFolder(std::move(name));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;  // the system clears it
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
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

/// The first byte in which two files differ; nothing when they are equal.
Result<std::optional<std::int64_t>> first_difference(const FileStore& a, const std::string& a_key,
                                                     const FileStore& b, const std::string& b_key,
                                                     std::int64_t common_bytes) {
  constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;
  Bytes block_a, block_b;
  for (std::int64_t at = 0; at < common_bytes; at += kBlockBytes) {
    const auto n = static_cast<std::size_t>(std::min(kBlockBytes, common_bytes - at));
    block_a.resize(n);
    block_b.resize(n);
    PANTILE_TRY(a.read_into(a_key, at, block_a));
    PANTILE_TRY(b.read_into(b_key, at, block_b));
    const auto [p, q] = std::mismatch(block_a.begin(), block_a.end(), block_b.begin());
    if (p != block_a.end()) return std::optional<std::int64_t>(at + (p - block_a.begin()));
  }
  return std::optional<std::int64_t>{};
}

Status compare_one(const CheckTarget& target, const Recorded& preview, const FileStore& made,
                   const std::string& made_key, FindingLog& log) {
  PANTILE_ASSIGN(const auto is, target.folder->size(preview.file));
  PANTILE_ASSIGN(const auto must_be, made.size(made_key));
  const auto wrong = [&](FindingKind kind, std::string text) {
    log.add({kind, preview.file, {}, {}, {}, std::move(text)});
    return Status();
  };
  if (!is || !must_be) return {};  // reported before
  if (*is < *must_be) {
    return wrong(FindingKind::truncated,
                 fmt::format("it has {} bytes, expected {}", *is, *must_be));
  }
  PANTILE_ASSIGN(const auto at, first_difference(*target.folder, preview.file, made, made_key,
                                                 std::min(*is, *must_be)));
  if (at) {
    return wrong(FindingKind::wrong_pixels,
                 fmt::format("it is not the picture that the store gives: it differs from byte {} "
                             "on",
                             *at));
  }
  if (*is == *must_be) return {};
  return wrong(FindingKind::truncated, fmt::format("it has {} bytes, expected {}", *is, *must_be));
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
  if (target.state == CheckState::being_written) return {};
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
  PANTILE_ASSIGN(const TemporaryFolder temporary, TemporaryFolder::make());
  FileStore made(temporary.path());
  const LevelInfo& level = image->spec().levels.front();
  for (const Recorded& preview : previews) {
    // A record from elsewhere must not ask for a picture larger than the image.
    if (preview.width > level.width || preview.height > level.height) continue;
    PANTILE_ASSIGN(const bool there, target.folder->exists(preview.file));
    if (!there) continue;
    const std::string key = "preview.png";
    PANTILE_TRY(write_preview(image, preview.width, preview.height, temporary.path() + "/" + key,
                              threads, cancel, {}));
    PANTILE_TRY(compare_one(target, preview, made, key, log));
    PANTILE_TRY(made.remove(key));
  }
  return {};
}

}  // namespace pantile
