#pragma once
/// \file
/// Text as users write it, in flags and TOML, into values. Every error is `invalid` and says what
/// was expected and what was found; the caller puts the flag's or key's name in front.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/generate.h"
#include "pantile/geometry.h"
#include "pantile/result.h"

namespace pantile::cli {

/// "auto", "cpu", "cuda", "cuda:0,2", "hybrid".
Result<DeviceChoice> parse_device(std::string_view text);

/// A whole number in [lo, hi], decimal digits with an optional sign.
Result<std::int64_t> parse_integer(std::string_view text, std::int64_t lo, std::int64_t hi);
/// A finite number, as in C: "0.5", "-3", "1e-3".
Result<double> parse_number(std::string_view text);
/// A finite number greater than zero.
Result<double> parse_positive(std::string_view text);
/// Two finite numbers, "a,b".
Result<std::pair<double, double>> parse_pair(std::string_view text);
/// "on" or "off" (also "true", "false", "yes", "no").
Result<bool> parse_on_off(std::string_view text);
/// "N" or "WxH", each from 1 to 2^31 − 1 pixels.
Result<std::pair<std::int64_t, std::int64_t>> parse_size(std::string_view text);
/// "x,y,w,h" in level-0 pixels: x, y ≥ 0 and w, h ≥ 1.
Result<Rect> parse_rect(std::string_view text);
/// "#rrggbb"; the # may be left out.
Result<Rgb8> parse_colour(std::string_view text);
/// Bytes: "536870912", "512MiB", "1.5 GB". Units of 1024: KiB MiB GiB TiB; of 1000: kB MB GB TB.
Result<std::int64_t> parse_bytes(std::string_view text);
/// "none", or sizes separated by commas: "1024", "800x600", each with an optional "name:".
Result<std::vector<PreviewSize>> parse_previews(std::string_view text);
/// "i/N" with 0 ≤ i < N ≤ 2^20.
Result<std::pair<int, int>> parse_share(std::string_view text);
/// A name that can be part of a file's name: not empty, no '/', no control characters, no
/// leading '.', at most 100 bytes.
Result<std::string> parse_name(std::string_view text);

std::string show_bytes(std::int64_t bytes);                        ///< Exact: "512MiB", "1000".
std::string show_previews(const std::vector<PreviewSize>& sizes);  ///< What parse_previews reads.

}  // namespace pantile::cli
