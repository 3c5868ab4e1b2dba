# NVIDIA's compiler, where it is at hand: what scripts/setup --cuda made, or a CUDA toolkit. With it
# the built-in formulas' kernels are compiled into the program; without it they are compiled, like
# every other formula's, where they are needed.
file(GLOB cuda_of_setup ${PROJECT_SOURCE_DIR}/.venv-cuda/lib/python3*/site-packages/nvidia/cu13)
if(PANTILE_SANITIZE)
  set(PANTILE_NVCC "")  # nothing of it runs on the host
elseif(NOT PANTILE_NVCC)
  find_program(PANTILE_NVCC nvcc HINTS ${cuda_of_setup}/bin ENV CUDA_PATH
               PATHS /usr/local/cuda/bin NO_CMAKE_FIND_ROOT_PATH)
endif()
set(PANTILE_CUDA_GENERATIONS "75;80;90" CACHE STRING
    "Compute capabilities that built-in kernels are compiled for; the last also as PTX")
set(PANTILE_CUDA_ROOT "")
if(PANTILE_NVCC)
  execute_process(COMMAND ${PANTILE_NVCC} --version OUTPUT_VARIABLE version ERROR_QUIET)
  string(REGEX MATCH "release ([0-9]+\\.[0-9]+)" _ "${version}")
  if(CMAKE_MATCH_1 VERSION_LESS 13.0)
    message(STATUS "No GPU code is compiled in: ${PANTILE_NVCC} is of CUDA ${CMAKE_MATCH_1}, "
                   "13.0 or later is needed; scripts/setup --cuda installs it")
    set(PANTILE_NVCC "")
  else()
    get_filename_component(folder ${PANTILE_NVCC} REALPATH)
    get_filename_component(folder ${folder} DIRECTORY)
    get_filename_component(PANTILE_CUDA_ROOT ${folder} DIRECTORY)  # has include/cuda.h, nvtx3
    message(STATUS "GPU code is compiled by ${PANTILE_NVCC}, CUDA ${CMAKE_MATCH_1}")
  endif()
else()
  message(STATUS "No GPU code is compiled in: there is no nvcc; scripts/setup --cuda installs it")
endif()
