# A customer from the first day to the last, against the reference server that runs inside the provider. Alex, Bo and
# Dmitri of the partner are in seed.json.

provider "msp" {
  sandbox = {
    seed_file = "./tests/seed.json"
  }
}

variables {
  name                = "Acme Ltd"
  domain              = "acme.example"
  deletion_protection = false
}

run "a_name_and_a_domain_are_enough" {
  assert {
    condition     = startswith(output.id, "cus_") && output.admin_username == "msp_acmeltd@acme.example"
    error_message = "The account is ${output.id} with ${output.admin_username}."
  }

  assert {
    condition     = output.external_admins == null && length(msp_external_admins.this) == 0
    error_message = "External administrators are left alone unless somebody says who they are."
  }

  assert {
    condition     = length(output.users) + length(output.contacts) + length(output.access_groups) == 0
    error_message = "There is more than the account."
  }
}

# Renamed, too: the name of the account's administrator tells that it is still the same account.
run "everything" {
  variables {
    name                = "Acme Limited"
    country             = "DE"
    product             = "Mail Security"
    seats               = 25
    external_id         = "CRM-1001"
    implementation_lead = "dmitri.orlov@sandbox-msp.example"
    require_sso         = true
    allowed_ip_ranges   = ["192.0.2.0/24", "2001:db8::17"]

    rfi = {
      outbound_ips = ["192.0.2.25"]
      smarthost    = { host = "mail.acme.example", port = 587 }
    }

    users = {
      "Ada@acme.example"  = { name = "Ada Brandt", role = "master_admin" }
      "omar@acme.example" = { name = "Omar Haddad", role = "audit" }
    }

    contacts = {
      "Ada@acme.example"       = { name = "Ada Brandt", roles = ["decision_maker", "billing_contact"] }
      "kim@consultant.example" = { name = "Kim Tran", phone = "+49 89 5550123", roles = ["technical_contact"] }
    }

    custom_roles = {
      "Mail Desk" = { permissions = ["account.read", "messages.track"] }
    }

    external_admins = {
      "alex.meyer@sandbox-msp.example"   = { role = "partner_administrator" }
      "bo.lindqvist@sandbox-msp.example" = { role = "Mail Desk", expires_at = "2036-06-30T18:00:00+02:00" }
    }

    access_roles = {
      decision_maker = { members = ["alex.meyer@sandbox-msp.example"] }
      phone_manager = {
        members       = ["alex.meyer@sandbox-msp.example", "bo.lindqvist@sandbox-msp.example"]
        notify_emails = ["phones@acme.example"]
      }
    }

    notify_emails = ["office@acme.example"]
  }

  assert {
    condition     = output.admin_username == "msp_acmeltd@acme.example"
    error_message = "It is another account, with ${output.admin_username}."
  }

  assert {
    condition     = output.rfi.smarthost.host == "mail.acme.example" && output.rfi.outbound_ips == toset(["192.0.2.25"])
    error_message = "The Request for Information is ${jsonencode(output.rfi)}."
  }

  assert {
    condition     = output.users["ada@acme.example"].role == "master_admin" && alltrue([for user in output.users : user.status == "active"])
    error_message = "The users are ${jsonencode(output.users)}."
  }

  assert {
    condition     = output.contacts["ada@acme.example"] == toset(["decision_maker", "billing_contact"]) && keys(output.contacts)[1] == "kim@consultant.example"
    error_message = "The contacts are ${jsonencode(output.contacts)}."
  }

  assert {
    condition     = output.external_admins["bo.lindqvist@sandbox-msp.example"].role == "Mail Desk"
    error_message = "The external administrators are ${jsonencode(output.external_admins)}."
  }

  assert {
    condition     = output.access_groups.phone_manager.name == "Acme Limited Phone Manager" && length(output.access_groups.phone_manager.members) == 2
    error_message = "The groups are ${jsonencode(output.access_groups)}."
  }

  assert {
    condition = (
      msp_partner_access_role.this["decision_maker"].notify_emails == toset(["office@acme.example"]) &&
      msp_partner_access_role.this["phone_manager"].notify_emails == toset(["phones@acme.example"])
    )
    error_message = "Others are told."
  }
}

# Bo holds the old role until the new one is there: in one apply, and nobody is without access in between.
run "one_role_takes_the_place_of_another" {
  variables {
    custom_roles = {
      "Reports" = { description = "Sees how mail flows", permissions = ["account.read", "reports.read"] }
    }

    external_admins = {
      "bo.lindqvist@sandbox-msp.example" = { role = "Reports" }
    }

    access_roles = {
      phone_manager = { members = ["bo.lindqvist@sandbox-msp.example"] }
    }

    notify_emails = ["office@acme.example"]
  }

  assert {
    condition     = join(" ", keys(msp_role.this)) == "Reports" && join(", ", [for email, admin in output.external_admins : "${email} as ${admin.role}"]) == "bo.lindqvist@sandbox-msp.example as Reports"
    error_message = "There are ${jsonencode(keys(msp_role.this))} for ${jsonencode(output.external_admins)}."
  }

  assert {
    condition     = jsonencode({ for role, group in output.access_groups : role => group.members }) == jsonencode({ phone_manager = ["bo.lindqvist@sandbox-msp.example"] })
    error_message = "The groups are ${jsonencode(output.access_groups)}."
  }

  assert {
    condition     = output.rfi.smarthost.host == "mail.acme.example"
    error_message = "What the Request for Information said is gone: ${jsonencode(output.rfi)}."
  }
}

run "an_empty_list_lets_nobody_in" {
  variables {
    external_admins = {}
  }

  assert {
    condition     = length(output.external_admins) == 0 && length(msp_external_admins.this) == 1
    error_message = "There are ${jsonencode(output.external_admins)}."
  }
}

# A decision maker less is no trouble: the account's administrator is one.
run "it_can_be_disabled" {
  variables {
    enabled  = false
    users    = { "ada@acme.example" = { name = "Ada Brandt", role = "master_admin" } }
    contacts = { "ada@acme.example" = { name = "Ada Brandt", roles = ["billing_contact"] } }
  }

  assert {
    condition     = output.users["ada@acme.example"].status == "disabled"
    error_message = "The users are ${jsonencode(output.users)}."
  }
}

run "another_spelling_is_the_same" {
  variables {
    name     = "Acme Limited"
    domain   = "ACME.example"
    users    = { "ADA@acme.example" = { name = "Ada Brandt", role = "master_admin" } }
    contacts = { "ADA@acme.example" = { name = "Ada Brandt", roles = ["billing_contact"] } }
  }

  assert {
    condition     = output.admin_username == "msp_acmeltd@acme.example"
    error_message = "It is another account, with ${output.admin_username}."
  }

  assert {
    condition     = join(" ", [for user in msp_customer_user.this : user.email]) == "ada@acme.example"
    error_message = "The users were made anew: ${jsonencode(msp_customer_user.this)}."
  }

  assert {
    condition     = join(" ", [for contact in msp_authorized_contact.this : contact.email]) == "ada@acme.example"
    error_message = "The contacts were made anew: ${jsonencode(msp_authorized_contact.this)}."
  }
}
