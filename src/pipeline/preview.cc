#include <fmt/format.h>

#include <filesystem>

#include "pantile/convert.h"
#include "pipeline/outputs.h"
#include "pipeline/picture.h"
#include "pipeline/setting_names.h"

namespace pantile {

namespace fs = std::filesystem;

Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run) {
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
    run.listener->on_note(fmt::format("the picture has {}x{} pixels and is not enlarged",
                                      level.width, level.height));
  }
  std::string path = options.output;
  if (path.empty()) {
    const std::string name = preview_name({"", size.width, 0}) + ".png";
    fs::path input = fs::path(options.input).lexically_normal();
    if (input.filename().empty()) input = input.parent_path();
    path = is_job_folder(options.input)
               ? (input / kPreviewFolder / name).string()
               : (input.parent_path() / (input.stem().stem().string() + "-" + name)).string();
  }
  return write_picture(image, size, path, run);
}

}  // namespace pantile
