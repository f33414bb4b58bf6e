"""What `tools/dev up` shows holds, in a folder of its own. The story makes its own demands."""
import pathlib
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(TOP / "tools/harness"), str(TOP / "tools/demo")]

import demo  # noqa: E402
import indexes  # noqa: E402
from cluster import Cluster  # noqa: E402
from story import Story  # noqa: E402
from teller import Teller  # noqa: E402

with tempfile.TemporaryDirectory(prefix="starling-") as folder:
    data = indexes.load(demo.CACHE)
    with Cluster(pathlib.Path(folder, "cluster"), 5) as cluster:
        Story(cluster, data, Teller()).tell()
