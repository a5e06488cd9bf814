# What a plan refuses, before anything is asked or changed.

provider "msp" {
  sandbox = {
    seed_file = "./tests/seed.json"
  }
}

variables {
  name   = "Acme Ltd"
  domain = "acme.example"
}

run "name" {
  command = plan

  variables {
    name = " "
  }

  expect_failures = [var.name]
}

run "domain" {
  command = plan

  variables {
    domain = "https://acme.example"
  }

  expect_failures = [var.domain]
}

run "stage" {
  command = plan

  variables {
    stage = "lead"
  }

  expect_failures = [var.stage]
}

run "country" {
  command = plan

  variables {
    country = "Germany"
  }

  expect_failures = [var.country]
}

run "seats" {
  command = plan

  variables {
    seats = 2.5
  }

  expect_failures = [var.seats]
}

run "allowed_ip_ranges" {
  command = plan

  variables {
    allowed_ip_ranges = ["192.0.2.17", "2001:db8::/48", "192.0.2.0/33"]
  }

  expect_failures = [var.allowed_ip_ranges]
}

run "rfi_addresses" {
  command = plan

  variables {
    rfi = { inbound_ips = ["mail.acme.example"] }
  }

  expect_failures = [var.rfi]
}

run "rfi_smarthost_port" {
  command = plan

  variables {
    rfi = { smarthost = { host = "mail.acme.example", port = 0 } }
  }

  expect_failures = [var.rfi]
}

run "users_have_an_address" {
  command = plan

  variables {
    users = { ada = { name = "Ada Brandt", role = "audit" } }
  }

  expect_failures = [var.users]
}

run "users_have_one_role_of_eight" {
  command = plan

  variables {
    users = { "ada@acme.example" = { name = "Ada Brandt", role = "owner" } }
  }

  expect_failures = [var.users]
}

run "users_are_named_once" {
  command = plan

  variables {
    users = {
      "ada@acme.example" = { name = "Ada Brandt", role = "audit" }
      "ADA@acme.example" = { name = "Ada Brandt", role = "master_admin" }
    }
  }

  expect_failures = [var.users]
}

run "contacts_have_an_address" {
  command = plan

  variables {
    contacts = { "Ada Brandt" = { name = "Ada Brandt", roles = ["billing_contact"] } }
  }

  expect_failures = [var.contacts]
}

run "contacts_have_a_role" {
  command = plan

  variables {
    contacts = { "ada@acme.example" = { name = "Ada Brandt", roles = [] } }
  }

  expect_failures = [var.contacts]
}

run "contacts_have_roles_of_five" {
  command = plan

  variables {
    contacts = { "ada@acme.example" = { name = "Ada Brandt", roles = ["billing_contact", "owner"] } }
  }

  expect_failures = [var.contacts]
}

run "contacts_are_named_once" {
  command = plan

  variables {
    contacts = {
      "ada@acme.example" = { name = "Ada Brandt", roles = ["billing_contact"] }
      "Ada@acme.example" = { name = "Ada Brandt", roles = ["technical_contact"] }
    }
  }

  expect_failures = [var.contacts]
}

run "custom_roles_open_no_protected_content" {
  command = plan

  variables {
    custom_roles = { "Reader" = { permissions = ["account.read", "content.read"] } }
  }

  expect_failures = [var.custom_roles]
}

run "external_admins_have_no_protected_role" {
  command = plan

  variables {
    external_admins = { "alex.meyer@sandbox-msp.example" = { role = "full_administrator" } }
  }

  expect_failures = [var.external_admins]
}

run "external_admins_expire_at_a_moment" {
  command = plan

  variables {
    external_admins = { "alex.meyer@sandbox-msp.example" = { role = "basic_administrator", expires_at = "2036-06-30" } }
  }

  expect_failures = [var.external_admins]
}

run "external_admins_are_named_once" {
  command = plan

  variables {
    external_admins = {
      "alex.meyer@sandbox-msp.example" = { role = "basic_administrator" }
      "Alex.Meyer@sandbox-msp.example" = { role = "partner_administrator" }
    }
  }

  expect_failures = [var.external_admins]
}

run "external_admins_are_not_the_customers_own" {
  command = plan

  variables {
    external_admins = { "ada@ACME.example" = { role = "basic_administrator" } }
  }

  expect_failures = [msp_external_admins.this]
}

run "access_roles_are_two" {
  command = plan

  variables {
    access_roles  = { billing_contact = {} }
    notify_emails = ["office@acme.example"]
  }

  expect_failures = [var.access_roles]
}

run "members_of_access_groups_are_named_once" {
  command = plan

  variables {
    access_roles  = { phone_manager = { members = ["bo.lindqvist@sandbox-msp.example", "Bo.Lindqvist@sandbox-msp.example"] } }
    notify_emails = ["office@acme.example"]
  }

  expect_failures = [var.access_roles]
}

run "somebody_is_told_of_access_roles" {
  command = plan

  variables {
    access_roles = { phone_manager = {} }
  }

  expect_failures = [msp_partner_access_role.this]
}
