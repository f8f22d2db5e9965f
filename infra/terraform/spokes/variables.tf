variable "template" {
  type        = string
  description = "The path of spoke-role.template.yml of a release."
}

variable "organizational_unit_ids" {
  type        = list(string)
  description = "The organizational units, or the root, whose accounts get the role."
}

variable "hub_account_id" {
  type        = string
  description = "The account that Headroom is deployed in."
}

variable "hub_region" {
  type        = string
  description = "The Region that Headroom is deployed in."
}

variable "hub_name" {
  type        = string
  default     = "headroom-prod"
  description = "The parameter Name of that deployment."
}

variable "hub_role_path" {
  type        = string
  default     = "/"
  description = "The parameter RolePath of that deployment."
}

variable "external_id" {
  type        = string
  sensitive   = true
  description = "The targets.externalId of headroom.yml."
}

variable "role_name" {
  type        = string
  default     = "HeadroomReader"
  description = "The targets.roleName of headroom.yml."
}

variable "event_bus_arn" {
  type        = string
  default     = ""
  description = "The output CallEventBusArn of the hub. Empty: no events of CloudTrail are sent."
}

variable "event_hints" {
  type        = bool
  default     = false
  description = "Sends changes of interfaces, reservations and endpoints as well."
}

variable "event_regions" {
  type        = set(string)
  default     = []
  description = "The Regions, besides that of the hub, whose events are sent."
}

variable "stack_set_name" {
  type        = string
  default     = "headroom-reader"
  description = "The name of the stack set."
}

variable "call_as" {
  type        = string
  default     = "DELEGATED_ADMIN"
  description = "SELF in the management account, DELEGATED_ADMIN in a delegated administrator."

  validation {
    condition     = contains(["SELF", "DELEGATED_ADMIN"], var.call_as)
    error_message = "Use SELF or DELEGATED_ADMIN."
  }
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags of the stack set and its stacks."
}
