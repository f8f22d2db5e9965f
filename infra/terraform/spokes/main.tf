# The role that Headroom reads other accounts through, in every account of organizational units, also in those that join
# later: the template of the role as a stack set with service-managed permissions.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The Region of instances is an attribute of its own from here on.
      version = ">= 6.0"
    }
  }
}

resource "aws_cloudformation_stack_set" "reader" {
  name             = var.stack_set_name
  description      = "Lets Headroom read subnets, network interfaces and clusters."
  template_body    = file(var.template)
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  tags             = var.tags

  parameters = {
    HubAccountId = var.hub_account_id
    HubRegion    = var.hub_region
    HubName      = var.hub_name
    HubRolePath  = var.hub_role_path
    ExternalId   = var.external_id
    RoleName     = var.role_name
    RoleRegion   = var.hub_region
    EventBusArn  = var.event_bus_arn
    EventHints   = tostring(var.event_hints)
  }

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  lifecycle {
    # AWS chooses it for service-managed stack sets.
    ignore_changes = [administration_role_arn]
  }
}

# A role is global: one Region is enough.
resource "aws_cloudformation_stack_set_instance" "reader" {
  stack_set_name            = aws_cloudformation_stack_set.reader.name
  call_as                   = var.call_as
  stack_set_instance_region = var.hub_region

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}

# Rules of EventBridge are regional: the stacks of other Regions hold nothing but them.
resource "aws_cloudformation_stack_set_instance" "events" {
  for_each = setsubtract(var.event_regions, [var.hub_region])

  stack_set_name            = aws_cloudformation_stack_set.reader.name
  call_as                   = var.call_as
  stack_set_instance_region = each.value

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
