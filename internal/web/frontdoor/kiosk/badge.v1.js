(function () {
  "use strict";
  var me = document.currentScript;
  if (!me || !me.parentNode) { return; }
  var site = encodeURIComponent(me.getAttribute("data-site") || "");
  var link = document.createElement("a");
  link.href = new URL("/kiosk?site=" + site, me.src).href;
  link.target = "_blank";
  link.rel = "noopener";
  var picture = document.createElement("img");
  picture.src = new URL("/kiosk/badge.svg?site=" + site, me.src).href;
  picture.alt = "网警110 报警岗亭";
  picture.width = 132;
  picture.height = 132;
  link.appendChild(picture);
  me.parentNode.insertBefore(link, me);
})();
