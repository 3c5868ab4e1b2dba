#include "io/tiff/sums_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "io/codec/crc32c.h"
#include "io/store/file_handle.h"

namespace pantile::tiff {
namespace {

namespace fs = std::filesystem;

/// A TIFF with so many tiles that its sidecar were larger could not be opened anyway.
constexpr std::uintmax_t kMostSidecarBytes = std::uintmax_t{1} << 30;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

Result<std::uint32_t> head_crc(const std::string& path, std::uint64_t bytes) {
  PANTILE_ASSIGN(const auto file, open_file(path, O_RDONLY, "open"));
  Bytes block(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kBlockBytes)));
  std::uint32_t crc = 0;
  for (std::uint64_t done = 0; done < bytes;) {
    const auto part = std::span(block).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), bytes - done)));
    PANTILE_TRY(read_all_at(file.get(), static_cast<std::int64_t>(done), part, path));
    crc = crc32c(part, crc);
    done += part.size();
  }
  return crc;
}

Result<Sums> read_sidecar(const std::string& path, std::uintmax_t size) {
  if (size > kMostSidecarBytes) {
    return Error(Code::corrupt, fmt::format("{} bytes are more than any sidecar has", size));
  }
  PANTILE_ASSIGN(const auto file, open_file(path, O_RDONLY, "open"));
  Bytes bytes(static_cast<std::size_t>(size));
  PANTILE_TRY(read_all_at(file.get(), 0, bytes, path));
  return decode_sums(bytes);
}

}  // namespace

Result<std::shared_ptr<const Sums>> open_sums(const std::string& tiff_path) {
  const std::string path = sums_key(tiff_path);
  const std::shared_ptr<const Sums> none;
  std::error_code error;
  if (!fs::is_regular_file(tiff_path, error) || !fs::is_regular_file(path, error)) return none;
  const std::uintmax_t file_bytes = fs::file_size(tiff_path, error);
  if (error) return Error(Code::io, "cannot look up " + tiff_path + ": " + error.message());
  const std::uintmax_t sidecar_bytes = fs::file_size(path, error);
  if (error) return Error(Code::io, "cannot look up " + path + ": " + error.message());

  Result<Sums> read = read_sidecar(path, sidecar_bytes);
  if (!read.ok() && read.error().code() == Code::foreign) return none;
  if (!read.ok() && read.error().code() == Code::corrupt) {
    return Error(Code::corrupt,
                 fmt::format("{}: {}; remove it to read {} without checking its tiles", path,
                             read.error().message(), tiff_path));
  }
  PANTILE_ASSIGN(Sums sums, std::move(read));
  const bool same_size = file_bytes == sums.file_bytes;
  bool same_head = false;
  if (file_bytes >= sums.head_bytes) {
    PANTILE_ASSIGN(const std::uint32_t crc, head_crc(tiff_path, sums.head_bytes));
    same_head = crc == sums.head_crc;
    if (!same_size && !same_head) return none;
  }
  if (same_size && same_head) return std::make_shared<const Sums>(std::move(sums));
  const std::string what = same_size
                               ? fmt::format("its first {} bytes do not match their checksum in {}",
                                             sums.head_bytes, path)
                               : fmt::format("want the {} bytes that {} names, it has {}",
                                             sums.file_bytes, path, file_bytes);
  return Error(Code::corrupt, fmt::format("{}: {}: it is damaged, or another program has changed "
                                          "it; restore it, or remove {} to read it as it is",
                                          tiff_path, what, path));
}

}  // namespace pantile::tiff
