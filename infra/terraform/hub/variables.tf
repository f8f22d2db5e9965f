variable "release_folder" {
  type        = string
  description = "The folder with headroom.template.yml and the packages of a release, or what npm run build:template made."
}

variable "artifact_bucket" {
  type        = string
  description = "An S3 bucket in the Region of the deployment, for the packages of the functions."
}

variable "artifact_prefix" {
  type        = string
  default     = "headroom/"
  description = "The path in that bucket. Each release gets a folder of its own below it."

  validation {
    condition     = var.artifact_prefix == "" || endswith(var.artifact_prefix, "/")
    error_message = "The prefix must be empty or end with a slash."
  }
}

variable "stack_name" {
  type        = string
  default     = "headroom"
  description = "The name of the CloudFormation stack."
}

variable "parameters" {
  type        = map(string)
  default     = {}
  description = "Parameters of the template, such as { Email = \"platform@example.com\" }. docs/deploy.md lists them."
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags of the stack, which CloudFormation puts on its resources."
}
