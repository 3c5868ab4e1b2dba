#include "compute/cuda/load_text.h"

namespace pantile::cuda {

Result<Module> load_text(const std::string& text, std::span<const HeaderText> headers,
                         const std::shared_ptr<const Device>& device, KernelCompiler& compiler) {
  const std::string architecture = device->facts().architecture();
  PANTILE_ASSIGN(const std::string code, compiler.compile(text, headers, architecture));
  auto loaded = Module::load(device, code);
  if (loaded.ok() || loaded.error().code() == Code::out_of_memory) return loaded;
  const auto anew = compiler.compile_anew(text, headers, architecture);
  if (!anew.ok() && anew.error().code() == Code::cancelled) return anew.error();
  if (!anew.ok()) return loaded;  // what is wrong with the code that is there says more
  return Module::load(device, *anew);
}

}  // namespace pantile::cuda
