# std::expected needs the library of GCC 12. Ubuntu 22.04's g++ is 11 with g++-12 beside it: take that one there.
# Runs before project(), which is when the compiler is chosen.
if(NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(BERTH_DEFAULT_GXX g++)
  if(BERTH_DEFAULT_GXX)
    execute_process(COMMAND ${BERTH_DEFAULT_GXX} -dumpversion OUTPUT_VARIABLE gxx_version OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(gxx_version VERSION_LESS 12)
      find_program(BERTH_NEWER_GXX NAMES g++-14 g++-13 g++-12 REQUIRED)
      set(CMAKE_CXX_COMPILER ${BERTH_NEWER_GXX})
    endif()
  endif()
endif()
