#include "pipeline/folder/kernel_files.h"

#include "core/hash.h"

namespace pantile {
namespace {

constexpr std::string_view kMagic = "pantile-kernel-1 ";

std::string head_of(std::string_view code) {
  return std::string(kMagic) + hash_text(code).hex() + "\n";
}

}  // namespace

Result<std::string> KernelFiles::find(const std::string& key) const {
  PANTILE_ASSIGN(const bool there, files_.exists(key));
  if (!there) return std::string();
  PANTILE_ASSIGN(const Bytes bytes, files_.read(key));
  const std::string_view text = as_text(bytes);
  const std::size_t head = head_of("").size();
  if (text.size() < head || text.substr(0, head) != head_of(text.substr(head))) {
    return Error(Code::corrupt, files_.name() + "/" + key +
                                    " is damaged: its checksum does not fit; it is compiled anew");
  }
  return std::string(text.substr(head));
}

Status KernelFiles::keep(const std::string& key, std::string_view code) {
  const std::string text = head_of(code) + std::string(code);
  return files_.write(key, as_bytes(text));
}

}  // namespace pantile
