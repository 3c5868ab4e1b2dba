// The subcommands and their examples.
#include "cli/schema_options.h"

namespace pantile::cli {

std::vector<Command> make_commands() {
  return {
      {"generate",
       kGenerate,
       "Render a formula to a store, a TIFF and previews.",
       "Renders a formula tile by tile into a folder: image.ome.zarr (OME-Zarr 0.5 with all "
       "pyramid levels), image.tiff (pyramidal BigTIFF), previews/*.png and job.json. Run again "
       "with the same options, an interrupted job goes on where it was; outputs added later are "
       "made without rendering again.",
       {{"pantile generate --formula complex --size 16384 --out run1",
         "The complex kernel at 16384 x 16384."},
        {"pantile generate --formula \"sin(10*x*y) + cos(r)\" --range -2,2 --colormap viridis",
         "Any expression, in a folder with a dated name."},
        {"pantile generate --config job.toml --width 169420 --height 169420",
         "Options from a file; the flags win over it."},
        {"pantile generate --formula simple --store value-u16 --tiff off --previews none",
         "Values only, to be coloured later by convert."}}},
      {"plan",
       kPlan,
       "Show what generate would do, and write nothing.",
       "Takes the options of generate, checks them, measures a few sample tiles and prints the "
       "picture, tiles, shards, levels, memory, disk and time of the job. The GPUs that --device "
       "means are opened and named, and their memory is counted; the time is that of the CPU "
       "alone.",
       {{"pantile plan --formula complex --size 169420 --scale 0.001",
         "What a 28.7 gigapixel picture would take."},
        {"pantile plan --config job.toml --log json", "The same as one JSON object."}}},
      {"validate",
       kValidate,
       "Check that what would be rendered is right.",
       "Takes the options of generate and renders nothing but a smaller picture and random pixels: "
       "is every pixel where it should be, the same in every tile, on every SIMD target of this "
       "machine as in plain code, and on every GPU that --device means as on the CPU, and, "
       "recomputed in arbitrary precision, the right colour to "
       "within the documented errors of the arithmetic? Writes report.json and report.png, and "
       "ends with 3 where a check fails.",
       {{"pantile validate --config job.toml", "Before a long job."},
        {"pantile validate --formula complex --size 169420 --validate-samples 100000 --out report",
         "A hundred thousand pixels of it, in arbitrary precision."}}},
      {"info",
       kInfo,
       "Show what an image, a job folder or this program is.",
       "Prints size, type, levels, chunks, compression and, of a job folder, how far the job is. "
       "Without a path: version, SIMD target and libraries of the program, and the machine's "
       "NVIDIA "
       "GPUs with driver and run-time compiler.",
       {{"pantile info run1", "A job folder."},
        {"pantile info run1/image.tiff --json", "One JSON object."},
        {"pantile info", "The program itself, and the GPUs that it can use."}}},
      {"preview",
       kPreview,
       "Make a small PNG of an image or of a part of it.",
       "Reads the nearest pyramid level and writes a PNG that fits into the size asked for.",
       {{"pantile preview run1 --width 4096", "run1/previews/preview-4096.png"},
        {"pantile preview run1/image.tiff --region 0,0,8192,8192 --width 1024 --out corner.png",
         "A part of a TIFF."},
        {"pantile preview run2 --colormap magma --range -1,1 --out magma.png",
         "Other colours, of a value store."}}},
      {"convert",
       kConvert,
       "Write an image in another format.",
       "Writes an image with its pyramid as OME-Zarr, TIFF or PNG. A value store is coloured on "
       "the way, with the recorded colours or those given.",
       {{"pantile convert run1/image.ome.zarr out.tiff --compression zstd",
         "A TIFF with another compression."},
        {"pantile convert run1 slide.tiff --tiff-dialect pages --compression jpeg",
         "For OpenSlide."},
        {"pantile convert run1 cut.ome.zarr --region 1000,2000,8192,8192",
         "A part of it as a store of its own."},
        {"pantile convert run2 red.tiff --colormap inferno --range -2,2",
         "Other colours, of a value store."}}},
      {"process",
       kProcess,
       "Filter an image of any size into another file.",
       "Sends every channel of an image's full size through a chain of operators, and writes the "
       "result with its pyramid as OME-Zarr, TIFF or PNG. Tiles show nowhere: the operators act "
       "as on the whole image, and boundary rules at its edges only. Quantiles of "
       "rescale(q=A:B) are those of all pixels of a channel, measured exactly in a pass of their "
       "own. An interrupted run goes on when it is started again.",
       {{"pantile process slide.tiff \"gaussian(2) | sobel\" --out edges.ome.zarr",
         "Edges of a smoothed image."},
        {"pantile process run2 \"rescale(q=0.02:0.98) | multiply(255) | cast(uint8)\" --out "
         "seen.tiff",
         "Values from the 2nd to the 98th percentile as 8 bits."},
        {"pantile process slide.tiff \"open(5) | threshold(90)\" --region 0,0,4096,4096 --out "
         "mask.png",
         "A part of the result, as a picture."}}},
      {"check",
       kCheck,
       "Look whether what lies on disk is whole.",
       "Reads everything in a job folder and says what is wrong by name: metadata that are not "
       "those of the job, chunks that do not match their checksum, levels that do not follow from "
       "the level below, a TIFF or previews that are not the store's, missing, foreign and "
       "leftover files. Changes nothing. Exits 0 when all is whole, 3 when something is wrong, 5 "
       "when nothing that is there is wrong but the job was interrupted, or is still being "
       "written: "
       "then what is to come, and temporary files that the next run removes, are no findings.",
       {{"pantile check run1", "All of a job."},
        {"pantile check run1 --fast", "Names, sizes, metadata and indices only."},
        {"pantile check run1/image.ome.zarr --log json", "A store alone; one finding per line."}}},
      {"repair",
       kRepair,
       "Make anew what check finds wrong in a job folder.",
       "Checks a job folder, removes the shards, metadata, TIFF and previews that are wrong, "
       "computes them again from the options in job.json and checks once more. What is right is "
       "not touched, foreign files neither. The result is, byte for byte, that of an undisturbed "
       "job; one that was interrupted is completed. Only what generate made can be repaired: make "
       "the output of convert and process again from its input, with --restart.",
       {{"pantile repair run1", "After `pantile check run1` found something."}}},
      {"man",
       kMan,
       "Print the manual page.",
       "Prints the manual page in roff.",
       {{"pantile man | man -l -", "Read it."}}},
      {"completion",
       kCompletion,
       "Print a script that completes commands and options.",
       "Prints a completion script for bash, zsh or fish.",
       {{"source <(pantile completion bash)", "In bash."},
        {"pantile completion zsh > ~/.zfunc/_pantile", "In zsh, with ~/.zfunc in fpath."},
        {"pantile completion fish | source", "In fish."}}},
  };
}

}  // namespace pantile::cli
