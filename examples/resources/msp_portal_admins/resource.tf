# Everybody who may use the partner portal. Whoever is not listed loses access, line by line in the plan. A partner has
# portal admins from its first day: those who are not in the map yet are imported first.
locals {
  # Made by hand when the partner's account was opened.
  founders = {
    "alex@northwind-msp.example" = { name = "Alex Morgan", role = "msp_administrator", phone = "+49 30 1234567" }
  }
  team = {
    "dana.novak@northwind-msp.example" = { name = "Dana Novak", role = "msp_administrator" }
    "erik.holm@northwind-msp.example"  = { name = "Erik Holm", role = "msp_helpdesk" }
    "noor.aziz@northwind-msp.example"  = { name = "Noor Aziz", role = "msp_implementation_lead" }
  }
}

# A portal admin has to be a partner user first.
resource "msp_partner_user" "team" {
  for_each = local.team
  email    = each.key
  name     = each.value.name
}

resource "msp_portal_admins" "all" {
  admins = merge(
    local.founders,
    { for email, person in local.team : msp_partner_user.team[email].email => person },
  )
}

output "not_registered_yet" {
  value = [for email, status in msp_portal_admins.all.statuses : email if status == "unregistered"]
}
