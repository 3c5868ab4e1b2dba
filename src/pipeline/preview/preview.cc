#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "pantile/preview.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/picture.h"
#include "pipeline/preview/preview_size.h"
#include "runtime/workers.h"

namespace pantile {

namespace fs = std::filesystem;

namespace {

/// Only a PNG may be replaced: a slip of the hand must not cost a file of another kind.
Status check_target(const std::string& path) {
  if (format_of(path) != FileFormat::png) {
    return Error(Code::invalid, path + ": expected a name that ends in .png");
  }
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  constexpr std::array<char, 8> kSignature{'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> found{};
  std::ifstream file(path, std::ios::binary);
  file.read(found.data(), found.size());
  if (file && found == kSignature) return {};
  return Error(Code::conflict, path +
                                   " is there already and is not a PNG file; remove it, or "
                                   "choose another name");
}

/// A job's own previews keep their names: a part of the picture, or other colours, gets another.
std::string default_name(const PreviewOptions& options, std::int64_t width) {
  std::string name = preview_name({"", width, 0});
  if (options.region || options.colour.any()) name = fmt::format("view-{}", width);
  if (options.region) {
    const Rect& r = *options.region;
    name += fmt::format("-at-{}-{}-{}x{}", r.x0, r.y0, r.width(), r.height());
  }
  return name + ".png";
}

Result<JobSummary> make_preview(const PreviewOptions& options, const RunOptions& run) {
  if (!options.output.empty()) PANTILE_TRY(check_target(options.output));
  PANTILE_ASSIGN(const OpenImage image, open_view(options.input, options.region, options.colour,
                                                  true, ColourSource::Levels::all));
  const LevelInfo& level = image.source->spec().levels.front();
  PreviewSize wanted{"", options.width, options.height};
  if (wanted.width == 0) wanted.width = level.width;
  if (wanted.width < 0 || wanted.height < 0) {
    return Error(Code::invalid, "preview: width and height must not be negative");
  }
  const FittedSize size = fit_preview(level.width, level.height, wanted);
  if (size.limited && run.listener != nullptr) {
    run.listener->on_note(
        fmt::format("the picture has {}x{} pixels and is not enlarged", level.width, level.height));
  }
  std::string path = options.output;
  if (path.empty()) {
    const std::string name = default_name(options, size.width);
    fs::path input = fs::path(options.input).lexically_normal();
    if (input.filename().empty()) input = input.parent_path();
    path = is_job_folder(options.input)
               ? (input / kPreviewFolder / name).string()
               : (input.parent_path() / (input.stem().stem().string() + "-" + name)).string();
  }
  PANTILE_TRY(check_target(path));
  PANTILE_TRY(check_apart(image.path, path));
  return write_picture(image, size, path, run);
}

}  // namespace

Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  Result<JobSummary> summary = make_preview(options, run);
  if (!summary.ok()) return with_repair_advice(summary.error(), options.input);
  return summary;
}

}  // namespace pantile
