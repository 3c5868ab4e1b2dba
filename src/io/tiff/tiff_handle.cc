#include "io/tiff/tiff_handle.h"

#include <fmt/format.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace pantile::tiff {

// The third argument is a function of libtiff or the file, which every error of ours names already.
int Handle::on_error(TIFF*, void* self, const char*, const char* format, va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  static_cast<Handle*>(self)->message_ = text.data();
  return 1;  // handled: libtiff's global handler stays out
}

int Handle::on_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

Result<std::unique_ptr<Handle>> Handle::open(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return Error(Code::not_found, fmt::format("{}: no such file", path));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return Error(Code::foreign,
                 fmt::format("{}: want a TIFF file, got a folder or a device", path));
  }
  std::unique_ptr<Handle> handle(new Handle());
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostBlockBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, handle.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, handle.get());
  // m: no mapping, which would count as memory and die with a file cut short under it;
  // O: tile offsets are loaded as they are needed.
  handle->tiff_ = TIFFOpenExt(path.c_str(), "rmO", options.get());
  if (handle->tiff_ == nullptr) {
    return Error(Code::foreign,
                 fmt::format("{}: cannot be read as TIFF: {}", path, handle->take_message()));
  }
  return handle;
}

Handle::~Handle() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

std::string Handle::take_message() {
  std::string text = std::exchange(message_, {});
  return text.empty() ? "no reason given" : text;
}

Status Handle::go_to(std::uint64_t offset) {
  if (TIFFSetSubDirectory(tiff_, offset) == 1) return {};
  return Error(Code::corrupt, fmt::format("directory at byte {}: {}", offset, take_message()));
}

}  // namespace pantile::tiff
