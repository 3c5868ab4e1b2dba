#include "compute/cuda/shared_library.h"

#include <dlfcn.h>

namespace pantile::cuda {

void SharedLibrary::Close::operator()(void* handle) const { dlclose(handle); }

Result<SharedLibrary> SharedLibrary::open(std::span<const std::string> names) {
  std::string said;
  for (const std::string& name : names) {
    if (void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL); handle != nullptr) {
      return SharedLibrary(name, handle);
    }
    const char* why = dlerror();
    said += (said.empty() ? "" : "; ") + std::string(why != nullptr ? why : name + ": not found");
  }
  return Error(Code::not_found, said);
}

Status SharedLibrary::find_address(const char* symbol, void*& address) const {
  address = dlsym(handle_.get(), symbol);
  if (address == nullptr) {
    return Error(Code::foreign, name_ + " has no function " + symbol + ": its version is another");
  }
  return {};
}

}  // namespace pantile::cuda
