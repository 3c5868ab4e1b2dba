#include "io/tiff/ome_xml.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace pantile::tiff {
namespace {

struct LengthUnit {
  std::string_view name, symbol;
  double metres;
};

constexpr std::array<LengthUnit, 15> kUnits{{
    {"picometer", "pm", 1e-12},
    {"angstrom", "\u00C5", 1e-10},
    {"nanometer", "nm", 1e-9},
    {"micrometer", "\u00B5m", 1e-6},
    {"millimeter", "mm", 1e-3},
    {"centimeter", "cm", 1e-2},
    {"decimeter", "dm", 1e-1},
    {"meter", "m", 1},
    {"hectometer", "hm", 1e2},
    {"kilometer", "km", 1e3},
    {"megameter", "Mm", 1e6},
    {"inch", "in", 0.0254},
    {"foot", "ft", 0.3048},
    {"yard", "yd", 0.9144},
    {"mile", "mi", 1609.344},
}};

const LengthUnit* find_unit(std::string_view name) {
  for (const LengthUnit& u : kUnits) {
    if (u.name == name) return &u;
  }
  return nullptr;
}

/// OME's name of a sample type; empty when it has none.
std::string_view ome_type(DType t) {
  switch (t) {
    case DType::u8: return "uint8";
    case DType::i8: return "int8";
    case DType::u16: return "uint16";
    case DType::i16: return "int16";
    case DType::u32: return "uint32";
    case DType::i32: return "int32";
    case DType::f32: return "float";
    case DType::f64: return "double";
    case DType::u64:
    case DType::i64:
    case DType::f16: break;
  }
  return {};
}

/// Decodes one UTF-8 character at the front of `text`, or U+FFFD for one bad byte; advances.
std::uint32_t next_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
  bool good = (lead < 0x80 || (lead >= 0xC2 && lead <= 0xF4)) && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  // Over-long forms, surrogates and what XML 1.0 forbids.
  good = good && !(length == 3 && code < 0x800) && !(length == 4 && code < 0x10000) &&
         !(code >= 0xD800 && code < 0xE000) && code <= 0x10FFFF && code != 0xFFFE && code != 0xFFFF;
  text.remove_prefix(good ? length : 1);
  return good ? code : 0xFFFD;
}

/// `text` as the value of an XML attribute, in ASCII.
std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::uint32_t c = next_code_point(text);
    const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (control) {
      out += "&#65533;";
    } else if (c < 0x20 || c >= 0x7F || c == '<' || c == '>' || c == '&' || c == '"') {
      out += fmt::format("&#{};", c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

bool is_size(double v) { return std::isfinite(v) && v > 0; }

}  // namespace

std::optional<std::string_view> ome_length_unit(std::string_view udunits) {
  const LengthUnit* u = find_unit(udunits);
  if (u == nullptr) return std::nullopt;
  return u->symbol;
}

std::optional<double> metres_per_unit(std::string_view udunits) {
  const LengthUnit* u = find_unit(udunits);
  if (u == nullptr) return std::nullopt;
  return u->metres;
}

std::optional<double> metres_per_ome_unit(std::string_view symbol) {
  for (const LengthUnit& u : kUnits) {
    if (u.symbol == symbol) return u.metres;
  }
  // Written by some with the Greek letter instead of the micro sign.
  if (symbol == "\u03BCm") return 1e-6;
  return std::nullopt;
}

Result<std::string> ome_xml(const ImageSpec& spec) {
  const std::string_view type = ome_type(spec.dtype);
  if (type.empty()) {
    return Error(Code::invalid,
                 fmt::format("OME-TIFF has no {} samples: write the page dialect, or another type",
                             dtype_name(spec.dtype)));
  }
  const LevelInfo& level = spec.levels.front();
  std::string physical;
  const auto unit = ome_length_unit(spec.unit);
  if (unit && is_size(level.scale.x) && is_size(level.scale.y)) {
    const std::string symbol = escape(*unit);
    physical = fmt::format(
        " PhysicalSizeX=\"{}\" PhysicalSizeXUnit=\"{}\" PhysicalSizeY=\"{}\""
        " PhysicalSizeYUnit=\"{}\"",
        level.scale.x, symbol, level.scale.y, symbol);
  }
  std::string channel_name;
  if (spec.channels == 1 && spec.channel_info.size() == 1 && !spec.channel_info[0].name.empty()) {
    channel_name = fmt::format(" Name=\"{}\"", escape(spec.channel_info[0].name));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\""
      " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
      " xsi:schemaLocation=\"http://www.openmicroscopy.org/Schemas/OME/2016-06"
      " http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd\" Creator=\"pantile\">"
      "<Image ID=\"Image:0\" Name=\"{}\">"
      "<Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"{}\" BigEndian=\"false\""
      " Interleaved=\"true\" SizeX=\"{}\" SizeY=\"{}\" SizeC=\"{}\" SizeZ=\"1\" SizeT=\"1\"{}>"
      "<Channel ID=\"Channel:0:0\"{} SamplesPerPixel=\"{}\"/>"
      "<TiffData IFD=\"0\" PlaneCount=\"1\"/>"
      "</Pixels></Image></OME>\n",
      escape(spec.name), type, level.width, level.height, spec.channels, physical, channel_name,
      spec.channels);
}

}  // namespace pantile::tiff
