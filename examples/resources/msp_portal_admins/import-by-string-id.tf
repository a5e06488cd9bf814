import {
  to = msp_portal_admins.all
  id = "portal_admins"
}
