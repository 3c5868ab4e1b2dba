#include "io/tiff/tiff_facts.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "io/tiff/format.h"
#include "io/tiff/ome_xml.h"

namespace pantile::tiff {
namespace {

void append_utf8(std::uint32_t c, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The word for a value of tag 259: one of ours, else libtiff's.
std::string compression_word(std::uint16_t tag) {
  for (const auto& [compression, word] : words_of<Compression>()) {
    if (static_cast<std::uint16_t>(tag_of(compression)) == tag) return std::string(word);
  }
  const TIFFCodec* const codec = TIFFFindCODEC(tag);
  return codec != nullptr && codec->name != nullptr ? std::string(codec->name)
                                                    : fmt::format("compression {}", tag);
}

/// The character that the reference "&name;" stands for, or nothing.
std::optional<std::uint32_t> referred(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, c] : kNamed) {
    if (name == known) return static_cast<std::uint32_t>(c);
  }
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const int base = name.starts_with('x') ? 16 : 10;
  if (base == 16) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, base);
  const bool good = error == std::errc() && end == name.data() + name.size() && code >= 0x20 &&
                    code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000);
  return good ? std::optional(code) : std::nullopt;
}

std::string unescape(std::string_view text) {
  constexpr std::size_t kLongestReference = 12;
  std::string out;
  while (!text.empty()) {
    // Looked for only where one can be: the text may be long and without any.
    const std::size_t end =
        text.front() == '&' ? text.substr(0, kLongestReference).find(';') : std::string_view::npos;
    const auto code =
        end != std::string_view::npos ? referred(text.substr(1, end - 1)) : std::nullopt;
    if (code) {
      append_utf8(*code, out);
    } else {
      out += text.front();
    }
    text.remove_prefix(code ? end + 1 : 1);
  }
  return out;
}

/// The inside of the first tag `name`, without its angle brackets; empty: there is none.
std::string_view first_tag(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::string_view rest = xml.substr(at + 1);
    if (!rest.starts_with(name) || rest.size() == name.size()) continue;
    const char next = rest[name.size()];
    if (next == ' ' || next == '\n' || next == '\t' || next == '\r') {
      return rest.substr(0, rest.find('>'));
    }
  }
  return {};
}

std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    const std::string_view rest = tag.substr(at + name.size());
    const bool whole = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\n' || tag[at - 1] == '\t');
    if (!whole || rest.size() < 2 || rest[0] != '=' || (rest[1] != '"' && rest[1] != '\'')) {
      continue;
    }
    const std::size_t end = rest.find(rest[1], 2);
    return end == std::string_view::npos ? std::string() : unescape(rest.substr(2, end - 2));
  }
  return {};
}

/// One side of a pixel in micrometres; 0: not said.
double side_um(std::string_view pixels, const std::string& name) {
  const std::string text = attribute(pixels, name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return 0;
  const std::string unit = attribute(pixels, name + "Unit");
  const std::optional<double> metres = unit.empty() ? 1e-6 : metres_per_ome_unit(unit);
  const double um = metres ? value * (*metres / 1e-6) : 0;
  return std::isfinite(um) && um > 0 ? um : 0;
}

}  // namespace

OmeFacts read_ome_facts(std::string_view xml) {
  OmeFacts facts;
  facts.name = attribute(first_tag(xml, "Image"), "Name");
  const std::string_view pixels = first_tag(xml, "Pixels");
  const Scale2 size{side_um(pixels, "PhysicalSizeX"), side_um(pixels, "PhysicalSizeY")};
  if (size.x > 0 && size.y > 0) facts.pixel_um = size;
  return facts;
}

Result<Facts> read_facts(Handle& handle, const std::vector<LevelLayout>& levels) {
  PANTILE_TRY(handle.go_to(levels.front().directory));
  Facts facts;
  const char* text = nullptr;
  const bool described = TIFFGetField(handle.tiff(), TIFFTAG_IMAGEDESCRIPTION, &text) == 1;
  const std::string_view xml = described && text != nullptr ? text : "";
  const bool ome = xml.find("<OME") != std::string_view::npos;
  if (ome) facts.ome = read_ome_facts(xml);
  std::uint16_t count = 0;
  std::uint64_t* offsets = nullptr;
  const bool sub_ifds =
      TIFFGetField(handle.tiff(), TIFFTAG_SUBIFD, &count, &offsets) == 1 && count > 0;
  facts.format = fmt::format("{}{}, {}", ome ? "OME-" : "",
                             TIFFIsBigTIFF(handle.tiff()) != 0 ? "BigTIFF" : "TIFF",
                             levels.size() == 1 ? "one level"
                             : sub_ifds         ? "levels in SubIFDs"
                                                : "levels in pages");
  facts.codec = compression_word(levels.front().compression);
  if (handle.field<std::uint16_t>(TIFFTAG_PREDICTOR, PREDICTOR_NONE) != PREDICTOR_NONE) {
    facts.codec += ", predictor";
  }
  return facts;
}

std::string layout_text(const LevelLayout& level) {
  std::string text;
  if (!level.tiled) {
    text = level.block_height >= level.height
               ? "one strip"
               : fmt::format("strips of {} rows", level.block_height);
  } else if (level.block_width == level.block_height) {
    text = fmt::format("tiles of {} px", level.block_width);
  } else {
    text = fmt::format("tiles of {} x {} px", level.block_width, level.block_height);
  }
  return level.planar ? text + ", every channel in a plane of its own" : text;
}

}  // namespace pantile::tiff
