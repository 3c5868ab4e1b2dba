#pragma once
/// \file
/// A library that may or may not be on the machine, opened at run time.

#include <memory>
#include <span>
#include <string>

#include "pantile/result.h"

namespace pantile::cuda {

/// Open until destroyed.
class SharedLibrary {
 public:
  /// The first of `names` that the system's loader finds. Errors: not_found (none; with what was
  /// said of each).
  static Result<SharedLibrary> open(std::span<const std::string> names);

  const std::string& name() const { return name_; }

  /// The address of a function. Errors: foreign (the library has none of that name).
  template <class Function> Status find(const char* symbol, Function*& function) const {
    void* address = nullptr;
    PANTILE_TRY(find_address(symbol, address));
    function = reinterpret_cast<Function*>(address);
    return {};
  }

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  SharedLibrary(std::string name, void* handle) : name_(std::move(name)), handle_(handle) {}
  Status find_address(const char* symbol, void*& address) const;

  std::string name_;
  std::unique_ptr<void, Close> handle_;
};

}  // namespace pantile::cuda
