#pragma once
/// \file
/// Makers of an option's `set` and `show` from a reference to the setting it stands for.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "cli/parse.h"
#include "cli/schema.h"

namespace pantile::cli {

/// `field` maps a Settings& to the member; it also takes a const Settings&.
template <class Field>
Option integer_option(Option option, std::int64_t lo, std::int64_t hi, Field field) {
  if (option.range.empty()) option.range = fmt::format("{} to {}", lo, hi);
  option.type = Type::integer;
  option.set = [lo, hi, field](std::string_view text, Settings& s) -> Status {
    PANTILE_ASSIGN(const std::int64_t value, parse_integer(text, lo, hi));
    field(s) = static_cast<std::remove_reference_t<decltype(field(s))>>(value);
    return {};
  };
  option.show = [field](const Settings& s) { return fmt::format("{}", field(s)); };
  return option;
}

/// A member of an enumeration that has a name table.
template <class E, class Field> Option choice_option(Option option, Field field) {
  option.type = Type::choice;
  for (const Word<E>& w : words_of<E>()) option.choices.emplace_back(w.word);
  option.set = [field](std::string_view text, Settings& s) -> Status {
    std::string list;
    for (const auto& [value, word] : words_of<E>()) {
      if (word == text) {
        field(s) = value;
        return {};
      }
      list += (list.empty() ? "" : ", ") + std::string(word);
    }
    return Error(Code::invalid, fmt::format("expected one of {}, found \"{}\"", list, text));
  };
  option.show = [field](const Settings& s) { return std::string(word_for(field(s))); };
  return option;
}

/// A string that is taken as it is, but not empty.
template <class Field> Option text_option(Option option, Field field) {
  option.type = Type::text;
  option.set = [field](std::string_view text, Settings& s) -> Status {
    if (text.empty()) return Error(Code::invalid, "expected some text, found nothing");
    field(s) = std::string(text);
    return {};
  };
  option.show = [field](const Settings& s) -> std::string {
    if constexpr (requires { field(s).has_value(); }) {
      return field(s).value_or("");
    } else {
      return field(s);
    }
  };
  return option;
}

/// A switch: given means true.
template <class Field> Option flag_option(Option option, Field field) {
  option.type = Type::flag;
  option.set = [field](std::string_view, Settings& s) -> Status {
    field(s) = true;
    return {};
  };
  return option;
}

/// "on" or "off".
template <class Field> Option on_off_option(Option option, Field field) {
  option.type = Type::on_off;
  option.value_name = "on|off";
  option.set = [field](std::string_view text, Settings& s) -> Status {
    PANTILE_ASSIGN(field(s), parse_on_off(text));
    return {};
  };
  option.show = [field](const Settings& s) -> std::string { return field(s) ? "on" : "off"; };
  return option;
}

/// #rrggbb, into an Rgb8 or an optional one.
template <class Field> Option colour_option(Option option, Field field) {
  option.type = Type::other;
  option.value_name = "#RRGGBB";
  option.range = "#000000 to #ffffff";
  option.set = [field](std::string_view text, Settings& s) -> Status {
    PANTILE_ASSIGN(field(s), parse_colour(text));
    return {};
  };
  option.show = [field](const Settings& s) -> std::string {
    if constexpr (requires { field(s).has_value(); }) {
      return field(s) ? hex_color(*field(s)) : std::string();
    } else {
      return hex_color(field(s));
    }
  };
  return option;
}

/// "lo,hi" with lo < hi, into two optional numbers; "auto" empties both where allowed.
template <class Lo, class Hi> Option range_option(Option option, Lo lo, Hi hi) {
  option.type = Type::pair;
  option.value_name = "LO,HI";
  option.range = "LO < HI, finite";
  option.set = [lo, hi](std::string_view text, Settings& s) -> Status {
    PANTILE_ASSIGN(const auto pair, parse_pair(text));
    if (!(pair.first < pair.second)) {
      return Error(Code::invalid, fmt::format("expected LO less than HI, found \"{}\"", text));
    }
    lo(s) = pair.first;
    hi(s) = pair.second;
    return {};
  };
  option.show = [lo, hi](const Settings& s) -> std::string {
    return lo(s) && hi(s) ? fmt::format("{},{}", *lo(s), *hi(s)) : std::string();
  };
  return option;
}

/// Lets `option` also be "auto", which `reset` stores and `is_auto` recognises.
template <class Reset, class IsAuto> Option or_auto(Option option, Reset reset, IsAuto is_auto) {
  option.automatic = true;
  option.set = [set = option.set, reset](std::string_view text, Settings& s) -> Status {
    if (text != "auto") return set(text, s);
    reset(s);
    return {};
  };
  option.show = [show = option.show, is_auto](const Settings& s) -> std::string {
    return is_auto(s) ? "auto" : show(s);
  };
  return option;
}

}  // namespace pantile::cli
