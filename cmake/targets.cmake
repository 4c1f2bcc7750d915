# native/<folder> as seen by `#include "<folder>/…"`: a folder of the build tree that holds a link to this one alone.
function(berth_include_dir folder result)
  set(dir ${CMAKE_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${dir})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/native/${folder} ${dir}/${folder} SYMBOLIC)
  set(${result} ${dir} PARENT_SCOPE)
endfunction()

# Sets <target>_SCOPE in the caller: how usage requirements are given to it (INTERFACE while it has headers only).
function(berth_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" DEPENDS)
  set(target berth_${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  set(scope INTERFACE)
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE berth_flags berth_small)
  else()
    add_library(${target} INTERFACE)
  endif()
  berth_include_dir(${folder} include_dir)
  target_include_directories(${target} ${scope} ${include_dir})
  list(TRANSFORM arg_DEPENDS PREPEND berth_)
  target_link_libraries(${target} ${scope} ${arg_DEPENDS})
  set(${target}_SCOPE ${scope} PARENT_SCOPE)
endfunction()

# A program is a library for its tests plus main.cc. It is static, so that it runs in any root and shares its pages;
# sanitizers need the dynamic loader.
function(berth_program folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" NAME DEPENDS)
  berth_library(${folder} DEPENDS ${arg_DEPENDS})
  add_executable(${arg_NAME} ${CMAKE_SOURCE_DIR}/native/${folder}/main.cc)
  target_link_libraries(${arg_NAME} PRIVATE berth_${folder} berth_flags berth_small)
  if(NOT BERTH_SANITIZE)
    target_link_options(${arg_NAME} PRIVATE -static -Wl,--gc-sections $<$<CONFIG:Release>:-s>)
    set_target_properties(${arg_NAME} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  endif()
  berth_output(${arg_NAME})
endfunction()

# Beside the addons: cmake-js says where those go, and other builds use the top of the build folder.
function(berth_output target)
  set(dir ${CMAKE_BINARY_DIR})
  if(CMAKE_LIBRARY_OUTPUT_DIRECTORY)
    set(dir ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${dir} LIBRARY_OUTPUT_DIRECTORY ${dir})
endfunction()

# cmake-js names the folders of the N-API headers; a plain `cmake` run asks node for the same two npm packages.
function(berth_napi_include_dirs result)
  if(NOT CMAKE_JS_INC)
    execute_process(
      COMMAND node -p "[require('node-api-headers').include_dir, require('node-addon-api').include_dir].join(';')"
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
      OUTPUT_VARIABLE CMAKE_JS_INC
      OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set(${result} ${CMAKE_JS_INC} PARENT_SCOPE)
endfunction()

# HEADERS are single headers of a target that the addon does not link, such as a protocol it speaks.
function(berth_addon folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" NAME "DEPENDS;HEADERS")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/${folder}/*.cc)
  if(NOT sources)
    return()
  endif()
  set(target ${arg_NAME})
  add_library(${target} MODULE ${sources} ${CMAKE_JS_SRC})
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX ".node")
  berth_include_dir(${folder} include_dir)
  foreach(header IN LISTS arg_HEADERS)
    get_filename_component(header_dir ${include_dir}/${header} DIRECTORY)
    file(MAKE_DIRECTORY ${header_dir})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/native/${header} ${include_dir}/${header} SYMBOLIC)
  endforeach()
  berth_napi_include_dirs(napi_dirs)
  target_include_directories(${target} PRIVATE ${include_dir})
  target_include_directories(${target} SYSTEM PRIVATE ${napi_dirs})
  target_compile_definitions(
    ${target} PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS NODE_ADDON_API_DISABLE_DEPRECATED)
  list(TRANSFORM arg_DEPENDS PREPEND berth_)
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS} berth_flags Threads::Threads ${CMAKE_JS_LIB})
  berth_output(${target})
endfunction()
