# Writes a C++ source that holds files as texts:
#   cmake -DOUT=headers.cc "-DFILES=name=path|name=path…" -P EmbedTexts.cmake
string(REPLACE "|" ";" pairs "${FILES}")
set(entries "")
foreach(pair IN LISTS pairs)
  string(REGEX MATCH "^([^=]+)=(.*)$" _ "${pair}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" text)
  string(APPEND entries "    {\"${name}\", R\"PANTILE~(${text})PANTILE~\"},\n")
endforeach()
file(WRITE "${OUT}" "// Made by cmake/EmbedTexts.cmake.
#include \"ops/formula/gpu/kernel_headers.h\"

namespace pantile::formula {
namespace {
constexpr cuda::HeaderText kHeaders[] = {
${entries}};
}  // namespace

std::span<const cuda::HeaderText> kernel_headers() { return kHeaders; }
}  // namespace pantile::formula
")
