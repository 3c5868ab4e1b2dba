// What decides the pixels: [image], [formula], [colour].
#include "cli/schema_options.h"
#include "cli/setters.h"

namespace pantile::cli {
namespace {

constexpr std::int64_t kMaxSide = 2147483647;
constexpr unsigned kJob = kGenerate | kPlan | kValidate;

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// A colormap's name, checked where the names are known.
template <class Field>
Option colormap_option(Option option, const SchemaNames& names, Field field) {
  option = text_option(std::move(option), field);
  option.value_name = "NAME";
  option.choices = names.colormaps;
  if (names.colormaps.empty()) return option;
  option.type = Type::choice;
  option.set = [field, known = names.colormaps](std::string_view text, Settings& s) -> Status {
    if (std::find(known.begin(), known.end(), text) == known.end()) {
      const std::string near = nearest(text, known);
      return Error(Code::invalid,
                   fmt::format("expected one of {}, found \"{}\"{}", join(known), text,
                               near.empty() ? "" : fmt::format("; did you mean {}?", near)));
    }
    field(s) = std::string(text);
    return {};
  };
  return option;
}

void add_image(std::vector<Option>& options) {
  options.push_back({.flag = "--size",
                     .type = Type::other,
                     .value_name = "N|WxH",
                     .group = "Image",
                     .help = "Width and height at once; --width and --height win over it.",
                     .range = "1 to 2147483647 each",
                     .example = "4096x2048",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(const auto size, parse_size(text));
                       std::tie(s.generate.width, s.generate.height) = size;
                       return {};
                     }});
  options.push_back(integer_option({.key = "image.width",
                                    .flag = "--width",
                                    .value_name = "PIXELS",
                                    .group = "Image",
                                    .help = "Width of the picture in pixels.",
                                    .example = "169420",
                                    .commands = kJob},
                                   1, kMaxSide, [](auto& s) -> auto& { return s.generate.width; }));
  options.push_back(integer_option({.key = "image.height",
                                    .flag = "--height",
                                    .value_name = "PIXELS",
                                    .group = "Image",
                                    .help = "Height of the picture in pixels.",
                                    .example = "169420",
                                    .commands = kJob},
                                   1, kMaxSide,
                                   [](auto& s) -> auto& { return s.generate.height; }));
}

void add_formula(const SchemaNames& names, std::vector<Option>& options) {
  const std::string built_in =
      names.formulas.empty() ? "complex, simple, gradient" : join(names.formulas);
  options.push_back(
      text_option({.key = "formula.formula",
                   .flag = "--formula",
                   .value_name = "TEXT",
                   .group = "Formula",
                   .help = "A built-in formula's name or an expression in x, y, r and theta "
                           "(see docs/formulas.md).",
                   .range = built_in + ", or an expression",
                   .example = "sin(10*x*y) + cos(r)",
                   .commands = kJob},
                  [](auto& s) -> auto& { return s.generate.formula; }));
  options.push_back({.key = "formula.center",
                     .flag = "--center",
                     .type = Type::pair,
                     .value_name = "X,Y",
                     .group = "Formula",
                     .help = "Coordinates of the picture's centre; y grows downward.",
                     .range = "finite",
                     .example = "-0.5,0.25",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(const auto pair, parse_pair(text));
                       std::tie(s.generate.center_x, s.generate.center_y) = pair;
                       return {};
                     },
                     .show =
                         [](const Settings& s) {
                           return fmt::format("{},{}", s.generate.center_x, s.generate.center_y);
                         }});
  options.push_back(or_auto(
      Option{.key = "formula.scale",
             .flag = "--scale",
             .type = Type::number,
             .value_name = "UNITS",
             .group = "Formula",
             .help = "Coordinate units per pixel: smaller is closer. auto is 20 / min(width, "
                     "height).",
             .range = "> 0, finite",
             .example = "0.001",
             .commands = kJob,
             .set = [](std::string_view text, Settings& s) -> Status {
               PANTILE_ASSIGN(s.generate.scale, parse_positive(text));
               return {};
             },
             .show =
                 [](const Settings& s) { return fmt::format("{}", s.generate.scale.value_or(0)); }},
      [](Settings& s) { s.generate.scale.reset(); },
      [](const Settings& s) { return !s.generate.scale; }));
  options.push_back(
      choice_option<Precision>({.key = "formula.precision",
                                .flag = "--precision",
                                .value_name = "TYPE",
                                .group = "Formula",
                                .help = "Number type of the calculation.",
                                .example = "f32",
                                .commands = kJob},
                               [](auto& s) -> auto& { return s.generate.precision; }));
  options.push_back(choice_option<Sampling>(
      {.key = "formula.sampling",
       .flag = "--sampling",
       .value_name = "WHERE",
       .group = "Formula",
       .help = "Point of a pixel that is evaluated: its centre or its upper "
               "left corner.",
       .example = "corner",
       .commands = kJob},
      [](auto& s) -> auto& { return s.generate.sampling; }));
  options.push_back(
      integer_option({.key = "formula.samples",
                      .flag = "--samples",
                      .value_name = "N",
                      .group = "Formula",
                      .help = "Supersampling: the mean of N x N samples makes a pixel.",
                      .example = "4",
                      .commands = kJob},
                     1, 16, [](auto& s) -> auto& { return s.generate.samples; }));
}

/// The colours of values that are not finite. `pick` gives the struct that holds the three.
template <class Pick>
void add_special_colours(unsigned commands, bool in_toml, const std::string& unset, Pick pick,
                         std::vector<Option>& options) {
  const auto option = [&](std::string key, std::string flag, std::string what,
                          std::string example) {
    return Option{.key = in_toml ? "colour." + key : "",
                  .flag = std::move(flag),
                  .group = "Colour",
                  .help = "Colour of " + what + "." + unset,
                  .example = std::move(example),
                  .commands = commands};
  };
  options.push_back(
      colour_option(option("nan_color", "--nan-color", "values that are not a number", "#ff00ff"),
                    [pick](auto& s) -> auto& { return pick(s).nan_color; }));
  options.push_back(
      colour_option(option("neg_inf_color", "--neg-inf-color", "minus infinity", "#000040"),
                    [pick](auto& s) -> auto& { return pick(s).neg_inf_color; }));
  options.push_back(
      colour_option(option("pos_inf_color", "--pos-inf-color", "plus infinity", "#ffffe0"),
                    [pick](auto& s) -> auto& { return pick(s).pos_inf_color; }));
}

}  // namespace

void add_generate_options(const SchemaNames& names, std::vector<Option>& options) {
  add_image(options);
  add_formula(names, options);
  options.push_back(colormap_option({.key = "colour.colormap",
                                     .flag = "--colormap",
                                     .group = "Colour",
                                     .help = "Colours of the range, from its low to its high end.",
                                     .example = "viridis",
                                     .commands = kJob},
                                    names, [](auto& s) -> auto& { return s.generate.colormap; }));
  options.push_back(or_auto(
      range_option(
          {.key = "colour.range",
           .flag = "--range",
           .group = "Colour",
           .help = "Values that the colormap spans; values outside take its end "
                   "colours. auto is the built-in formula's own range, or the 1st to "
                   "99th percentile of a 512 x 512 sample grid.",
           .example = "-3,3",
           .commands = kJob},
          [](auto& s) -> auto& { return s.generate.range_lo; },
          [](auto& s) -> auto& { return s.generate.range_hi; }),
      [](Settings& s) {
        s.generate.range_lo.reset();
        s.generate.range_hi.reset();
      },
      [](const Settings& s) { return !s.generate.range_lo; }));
  add_special_colours(kJob, true, "", [](auto& s) -> auto& { return s.generate; }, options);
}

void add_file_options(const SchemaNames& names, std::vector<Option>& options) {
  constexpr unsigned kBoth = kPreview | kConvert;
  options.push_back(
      {.flag = "--region",
       .type = Type::other,
       .value_name = "X,Y,W,H",
       .group = "Image",
       .help = "Take only this rectangle of the full-size image (of process: of the result).",
       .range = "inside the image; W, H from 1",
       .example = "1000,2000,4096,4096",
       .commands = kBoth | kProcess,
       .set = [](std::string_view text, Settings& s) -> Status {
         PANTILE_ASSIGN(s.region, parse_rect(text));
         return {};
       }});
  options.push_back({.flag = "--regions",
                     .type = Type::other,
                     .value_name = "FILE",
                     .group = "Output",
                     .help = "Also write what is measured of every label of the result.",
                     .range = "*.csv, *.json",
                     .example = "cells.csv",
                     .commands = kProcess,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       s.regions = text;
                       return {};
                     }});
  const std::string unset = " Without it, what the job recorded. Value images only.";
  options.push_back(colormap_option({.flag = "--colormap",
                                     .group = "Colour",
                                     .help = "Recolour with this colormap." + unset,
                                     .example = "viridis",
                                     .commands = kBoth},
                                    names, [](auto& s) -> auto& { return s.recolour.colormap; }));
  options.push_back(range_option(
      {.flag = "--range",
       .group = "Colour",
       .help = "Recolour with the colormap spanning these values." + unset,
       .example = "-2,2",
       .commands = kBoth},
      [](auto& s) -> auto& { return s.recolour.range_lo; },
      [](auto& s) -> auto& { return s.recolour.range_hi; }));
  add_special_colours(kBoth, false, unset, [](auto& s) -> auto& { return s.recolour; }, options);
}

}  // namespace pantile::cli
