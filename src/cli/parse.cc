#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>

#include "pipeline/preview/preview_size.h"

namespace pantile::cli {
namespace {

constexpr std::int64_t kMaxSide = std::numeric_limits<std::int32_t>::max();

Error expected(std::string_view what, std::string_view found) {
  return Error(Code::invalid, fmt::format("expected {}, found \"{}\"", what, found));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The number that all of `text` spells, or nothing.
template <class T> std::optional<T> whole(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> whole_in(std::string_view text, std::int64_t lo, std::int64_t hi) {
  const auto value = whole<std::int64_t>(text);
  return value && *value >= lo && *value <= hi ? value : std::nullopt;
}

std::optional<double> finite(std::string_view text) {
  const auto value = whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::pair<std::int64_t, std::int64_t>> sides(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() != 2) return std::nullopt;
  const auto w = whole_in(parts[0], 1, kMaxSide);
  const auto h = whole_in(parts[1], 1, kMaxSide);
  if (!w || !h) return std::nullopt;
  return std::pair(*w, *h);
}

struct ByteUnit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::int64_t kKi = 1024, kK = 1000;
constexpr std::array kByteUnits{ByteUnit{"tib", kKi* kKi* kKi* kKi},
                                ByteUnit{"gib", kKi* kKi* kKi},
                                ByteUnit{"mib", kKi* kKi},
                                ByteUnit{"kib", kKi},
                                ByteUnit{"tb", kK* kK* kK* kK},
                                ByteUnit{"gb", kK* kK* kK},
                                ByteUnit{"mb", kK* kK},
                                ByteUnit{"kb", kK},
                                ByteUnit{"b", 1},
                                ByteUnit{"", 1}};

bool is_stem(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text.front() != '.' &&
         std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return c == '/' || byte < 0x20 || byte == 0x7f;
         });
}

}  // namespace

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t lo, std::int64_t hi) {
  if (const auto value = whole_in(text, lo, hi)) return *value;
  return expected(fmt::format("a whole number from {} to {}", lo, hi), text);
}

Result<double> parse_number(std::string_view text) {
  if (const auto value = finite(text)) return *value;
  return expected("a finite number", text);
}

Result<double> parse_positive(std::string_view text) {
  const auto value = finite(text);
  if (value && *value > 0) return *value;
  return expected("a finite number greater than 0", text);
}

Result<std::pair<double, double>> parse_pair(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() == 2) {
    const auto a = finite(parts[0]);
    const auto b = finite(parts[1]);
    if (a && b) return std::pair(*a, *b);
  }
  return expected("two finite numbers with a comma between them, such as 0.5,-1", text);
}

Result<bool> parse_on_off(std::string_view text) {
  const std::string word = lower(trim(text));
  if (word == "on" || word == "true" || word == "yes") return true;
  if (word == "off" || word == "false" || word == "no") return false;
  return expected("on or off", text);
}

Result<std::pair<std::int64_t, std::int64_t>> parse_size(std::string_view text) {
  if (const auto both = sides(text)) return *both;
  if (const auto side = whole_in(text, 1, kMaxSide)) return std::pair(*side, *side);
  return expected(fmt::format("N or WxH, each from 1 to {} pixels", kMaxSide), text);
}

Result<Rect> parse_rect(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() == 4) {
    const auto x = whole_in(parts[0], 0, kMaxSide), y = whole_in(parts[1], 0, kMaxSide);
    const auto w = whole_in(parts[2], 1, kMaxSide), h = whole_in(parts[3], 1, kMaxSide);
    if (x && y && w && h) return Rect{*x, *y, *x + *w, *y + *h};
  }
  return expected("x,y,width,height in whole pixels, x and y from 0, width and height from 1",
                  text);
}

Result<Rgb8> parse_colour(std::string_view text) {
  const std::string digits(trim(text));
  const auto colour = parse_hex_color(digits.starts_with('#') ? digits : "#" + digits);
  if (colour) return *colour;
  return expected("a colour as #rrggbb, such as #ff8000", text);
}

Result<std::int64_t> parse_bytes(std::string_view text) {
  const std::string word = lower(trim(text));
  for (const ByteUnit& unit : kByteUnits) {
    if (!word.ends_with(unit.name)) continue;
    const auto number = finite(std::string_view(word).substr(0, word.size() - unit.name.size()));
    if (!number) break;
    const double bytes = *number * static_cast<double>(unit.bytes);
    // Below 2^62, so that sums of a few budgets cannot overflow.
    if (bytes >= 1 && bytes <= 0x1p62) return static_cast<std::int64_t>(bytes);
    break;
  }
  return expected("a number of bytes such as 512MiB, 2GB or 800000000", text);
}

Result<std::vector<PreviewSize>> parse_previews(std::string_view text) {
  std::vector<PreviewSize> sizes;
  if (trim(text) == "none") return sizes;
  std::set<std::string> stems;
  for (const std::string_view item : split(text, ',')) {
    PreviewSize size;
    std::string_view rest = item;
    if (const auto colon = item.rfind(':'); colon != std::string_view::npos) {
      size.name = std::string(trim(item.substr(0, colon)));
      rest = trim(item.substr(colon + 1));
      if (!is_stem(size.name)) return expected("a file name before the ':' of a preview", item);
    }
    if (const auto both = sides(rest)) {
      std::tie(size.width, size.height) = *both;
    } else if (const auto width = whole_in(rest, 1, kMaxSide)) {
      size.width = *width;
    } else {
      return expected("\"none\" or previews such as 1024, 800x600 or thumb:512x512", item);
    }
    const std::string stem = preview_name(size);
    if (!stems.insert(stem).second) {
      return Error(Code::invalid,
                   fmt::format("two previews would be called \"{}.png\"; give one another name, as "
                               "in other:{}",
                               stem, rest));
    }
    sizes.push_back(std::move(size));
  }
  return sizes;
}

Result<std::pair<int, int>> parse_share(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() == 2) {
    const auto count = whole_in(parts[1], 1, 1 << 20);
    const auto index = count ? whole_in(parts[0], 0, *count - 1) : std::nullopt;
    if (index) return std::pair(static_cast<int>(*index), static_cast<int>(*count));
  }
  return expected("i/N with i from 0 to N-1, such as 0/4", text);
}

Result<DeviceChoice> parse_device(std::string_view text) {
  if (text == "auto") return DeviceChoice{Device::automatic, {}};
  if (text == "cpu") return DeviceChoice{Device::cpu, {}};
  if (text == "hybrid") return DeviceChoice{Device::hybrid, {}};
  if (text == "cuda") return DeviceChoice{Device::cuda, {}};
  constexpr std::string_view kListed = "cuda:";
  if (text.starts_with(kListed)) {
    DeviceChoice choice{Device::cuda, {}};
    std::set<int> seen;
    const std::string_view list = text.substr(kListed.size());
    bool good = list.find_first_not_of("0123456789,") == std::string_view::npos;  // no blanks
    for (const std::string_view part : split(list, ',')) {
      const auto ordinal = whole_in(part, 0, 1023);
      good = good && ordinal;
      if (good && !seen.insert(static_cast<int>(*ordinal)).second) {
        return expected(fmt::format("each GPU once; {} is named twice", *ordinal), text);
      }
      if (good) choice.gpus.push_back(static_cast<int>(*ordinal));
    }
    if (good) return choice;
  }
  return expected("auto, cpu, cuda, hybrid, or cuda: and GPUs by number, such as cuda:0,2", text);
}

Result<std::string> parse_name(std::string_view text) {
  if (is_stem(text)) return std::string(text);
  return expected("a name of 1 to 100 bytes without '/', control characters or a leading '.'",
                  text);
}

std::string show_bytes(std::int64_t bytes) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> kUnits{
      {{kKi * kKi * kKi * kKi, "TiB"}, {kKi * kKi * kKi, "GiB"}, {kKi * kKi, "MiB"}, {kKi, "KiB"}}};
  for (const auto& [size, name] : kUnits) {
    if (bytes >= size && bytes % size == 0) return fmt::format("{}{}", bytes / size, name);
  }
  return fmt::format("{}", bytes);
}

std::string show_previews(const std::vector<PreviewSize>& sizes) {
  if (sizes.empty()) return "none";
  std::string out;
  for (const PreviewSize& size : sizes) {
    out += (out.empty() ? "" : ",") + to_text(size);
  }
  return out;
}

}  // namespace pantile::cli
