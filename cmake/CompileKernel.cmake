# Compiles one kernel for several generations of GPUs into one file, and holds the compiler to it:
#   cmake -DNVCC=… -DSOURCE=x.cu -DOUT=x.fatbin -DINCLUDE=src -DGENERATIONS=75,80,90 -P CompileKernel.cmake
# Warnings are errors, and so are registers that are spilled to memory. What the assembler says of
# registers and memory is left beside it, in x.fatbin.txt.
# The PTX of each generation is left there too, as x.fatbin.75.ptx …, for tests to read.
# OUT may be x.cubin too, machine code for one generation alone, or x.ptx.
# -DCONTRACT=true lets it contract products and sums (for code that is compared with, never for ours).
if(NOT CONTRACT)
  set(CONTRACT false)
endif()
string(REPLACE "," ";" generations "${GENERATIONS}")
set(codes "")
set(newest "")
foreach(generation IN LISTS generations)
  list(APPEND codes -gencode "arch=compute_${generation},code=sm_${generation}")
  set(newest ${generation})
endforeach()
# Later generations take the text of the newest and finish it in the driver.
list(APPEND codes -gencode "arch=compute_${newest},code=compute_${newest}")
set(kept "${OUT}.kept")
file(MAKE_DIRECTORY "${kept}")
set(kind -fatbin --compress-mode=size --keep --keep-dir ${kept})
if(OUT MATCHES "\\.(cubin|ptx)$")
  set(kind -${CMAKE_MATCH_1})
  string(REPLACE "cubin" "sm" architecture ${CMAKE_MATCH_1})
  string(REPLACE "ptx" "compute" architecture ${architecture})
  set(codes -arch=${architecture}_${newest})
endif()
execute_process(
  COMMAND ${NVCC} -std=c++20 -fmad=${CONTRACT} -ftz=false -prec-div=true -prec-sqrt=true
          --expt-relaxed-constexpr -I${INCLUDE} -Werror all-warnings -Xptxas -v
          -Xcompiler -Wno-unused-function ${codes} ${kind} -o ${OUT} ${SOURCE}
  RESULT_VARIABLE outcome OUTPUT_VARIABLE said ERROR_VARIABLE said)
file(WRITE "${OUT}.txt" "${said}")
get_filename_component(name ${SOURCE} NAME_WE)
foreach(generation IN LISTS generations)
  if(EXISTS "${kept}/${name}.compute_${generation}.ptx")
    file(RENAME "${kept}/${name}.compute_${generation}.ptx" "${OUT}.${generation}.ptx")
  endif()
endforeach()
file(REMOVE_RECURSE "${kept}")
if(outcome)
  file(REMOVE "${OUT}")
  message(FATAL_ERROR "${SOURCE}:\n${said}")
endif()
# It says so of every kernel and generation; an assembler that says nothing has not been heard.
# What it says of other functions does not count.
string(REGEX MATCHALL
  "Compiling entry function '[^'\n]+' for '[^'\n]+'\n[^\n]*Function properties for [^\n]*\n[^\n]*[0-9]+ bytes spill stores, [0-9]+ bytes spill loads"
  told "${said}")
list(LENGTH told told)
list(LENGTH generations expected)
# A kernel is a macro's use, or spelled out.
file(STRINGS "${SOURCE}" kernels REGEX "^(PANTILE_[A-Z]+_KERNEL\\(|extern \"C\" __global__ )")
list(LENGTH kernels kernels)
if(kernels EQUAL 0)
  message(FATAL_ERROR "${SOURCE}: no kernel is found in it")
endif()
math(EXPR expected "${expected} * ${kernels}")
if(told LESS expected AND NOT OUT MATCHES "\\.ptx$")
  file(REMOVE "${OUT}")
  message(FATAL_ERROR "${SOURCE}: the assembler does not say what is spilled:\n${said}")
endif()
string(REGEX MATCH "[1-9][0-9]* bytes spill (stores|loads)" spilled "${said}")
if(spilled OR said MATCHES "warning")
  file(REMOVE "${OUT}")
  message(FATAL_ERROR "${SOURCE}: registers are spilled, or a warning:\n${said}")
endif()
