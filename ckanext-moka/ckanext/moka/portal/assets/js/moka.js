/* Comfort only: every page works without this script. */
(function () {
  "use strict";

  function whenReady(run) {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", run);
    } else {
      run();
    }
  }

  /* Copy the text of the element that the button names. */
  function copyButtons() {
    if (!navigator.clipboard) { return; }
    document.querySelectorAll("[data-moka-copy]").forEach(function (button) {
      var source = document.getElementById(button.getAttribute("data-moka-copy"));
      if (!source) { return; }
      var before = button.textContent;
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(source.textContent.trim()).then(function () {
          button.textContent = button.getAttribute("data-moka-copied");
          window.setTimeout(function () { button.textContent = before; }, 2000);
        });
      });
    });
  }

  /* Sorting takes effect at once; the button is for readers without script. */
  function sortAtOnce() {
    document.querySelectorAll("select[data-moka-submit]").forEach(function (select) {
      var button = select.form.querySelector("[data-moka-submit-button]");
      if (button) { button.hidden = true; }
      select.addEventListener("change", function () { select.form.submit(); });
    });
  }

  /* Regions that scroll sideways can be reached with the keyboard only where they do scroll. */
  function scrollRegions() {
    document.querySelectorAll(".moka-scroll").forEach(function (region) {
      if (region.scrollWidth > region.clientWidth) { region.setAttribute("tabindex", "0"); }
    });
  }

  whenReady(function () { copyButtons(); sortAtOnce(); scrollRegions(); });
}());
