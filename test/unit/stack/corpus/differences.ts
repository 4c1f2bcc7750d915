/** Runs of the corpus that end otherwise here, on purpose: why ours is right. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  'composego-build-extra-testbuildnocachefilter': 'no_cache_filter is in the specification: the reference was older',
  'composego-loader-testxservice': 'networks below an extension are no networks of a service',
  'composego-reset-testresetcycle-3': 'two aliases of one anchor are no cycle',
  'dcscn-testcomposemodel': 'models are printed, since what is printed has to load again',
  'spec-05-services-002': 'path and rate are printed as the specification spells them, so that they load again',
  'vol-single-letter-name': 'a letter before a colon is the name of a volume, not a drive',
};

const NO_DOCKERFILE =
  'the reference leaves out a dockerfile that is empty, which is the default one when it is loaded again';

/** Runs whose output, which is the reference's, loads to something else. */
export const UNSTABLE: Readonly<Record<string, string>> = {
  'dce2e-simple-build-test compose-interpolate.yaml': NO_DOCKERFILE,
  'dcscn-testconfiginterpolate': NO_DOCKERFILE,
  'dcscn-testupswitchvolumes':
    'the reference leaves out a name that is empty: an external volume then has its key for a name',
};
