#pragma once
/// \file
/// An open libtiff handle that keeps its complaints to itself.

#include <tiffio.h>

#include <memory>
#include <string>

#include "pantile/result.h"

namespace pantile::tiff {

/// Most bytes that one block (tile or strip) may decode to, and that libtiff may allocate at once.
inline constexpr std::int64_t kMostBlockBytes = std::int64_t{256} << 20;

/// One thread at a time. Errors and warnings of libtiff never reach standard error.
class Handle {
 public:
  /// Errors: not_found; foreign (no TIFF, or its first directory cannot be read); io.
  static Result<std::unique_ptr<Handle>> open(const std::string& path);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  TIFF* tiff() const { return tiff_; }
  /// What libtiff said last, or "no reason given"; forgotten afterwards.
  std::string take_message();
  /// Makes the directory at file offset `offset` the current one. Errors: corrupt.
  Status go_to(std::uint64_t offset);

  /// Value of a tag with one value, its default, or `otherwise`.
  template <class T> T field(std::uint32_t tag, T otherwise) const {
    T value{};
    return TIFFGetFieldDefaulted(tiff_, tag, &value) == 1 ? value : otherwise;
  }

 private:
  Handle() = default;
  static int on_error(TIFF* tiff, void* self, const char* module, const char* format,
                      va_list arguments);
  static int on_warning(TIFF* tiff, void* self, const char* module, const char* format,
                        va_list arguments);

  TIFF* tiff_ = nullptr;
  std::string message_;
};

}  // namespace pantile::tiff
