#pragma once
/// \file
/// The chunks a PNG is made of (PNG, section 5.3).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pantile::png {

/// Appends `value`, most significant byte first.
void append_be(std::vector<std::byte>& out, std::uint32_t value);

/// Appends the head of a chunk; its data are appended next.
void begin_chunk(std::vector<std::byte>& out, std::string_view type);
/// Completes the chunk that began at `begin` with its length and checksum.
void end_chunk(std::vector<std::byte>& out, std::size_t begin);

/// Adds data to the completed chunk that began at `begin` and is the last in `out`.
void extend_chunk(std::vector<std::byte>& out, std::size_t begin, std::span<const std::byte> data);

/// Appends a whole chunk.
void append_chunk(std::vector<std::byte>& out, std::string_view type,
                  std::span<const std::byte> data);

}  // namespace pantile::png
