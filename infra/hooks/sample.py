"""After the deployment: the sample catalogue goes into the index, then the app is called as its users will."""

from data.materials import LAB_VALUES, MATERIALS
from infra.hooks.catalogue_loading import load_materials
from infra.hooks.console import say
from infra.hooks.first_calls import call_the_app
from infra.hooks.lab_values import upload_lab_values
from infra.hooks.outputs import ROOT, Outputs


def main(outputs: Outputs) -> None:
    """Load the catalogue where it is not loaded, then call the app and show what it answers.

    Raises:
        HookFailed: A service refuses, or the app does not do what it should.
    """
    if not outputs.flag("LOAD_SAMPLE", default=True):
        say("LOAD_SAMPLE is false: no sample catalogue, and nothing is called.")
        return
    folder = ROOT / outputs.get("CATALOGUE_FOLDER", "data")
    load_materials(folder / MATERIALS, outputs)
    upload_lab_values(folder / LAB_VALUES, outputs)
    call_the_app(outputs)
