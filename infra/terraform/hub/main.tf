# Headroom in one account: the CloudFormation template of a release, as one resource. All that it deploys is in that template.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_s3_bucket" "artifacts" {
  bucket = var.artifact_bucket
}

locals {
  template = "headroom.template.yml"
  packages = fileset(var.release_folder, "*.zip")
  # A new release gets new keys: CloudFormation does not look into a package that keeps its key.
  release = substr(sha256(join("", [for name in sort(concat([local.template], tolist(local.packages))) : filesha256("${var.release_folder}/${name}")])), 0, 16)
  prefix  = "${var.artifact_prefix}${local.release}/"
}

resource "aws_s3_object" "release" {
  for_each = setunion(local.packages, [local.template])

  bucket      = data.aws_s3_bucket.artifacts.id
  key         = "${local.prefix}${each.value}"
  source      = "${var.release_folder}/${each.value}"
  source_hash = filesha256("${var.release_folder}/${each.value}")
}

resource "aws_cloudformation_stack" "headroom" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.artifacts.bucket_regional_domain_name}/${aws_s3_object.release[local.template].key}"
  capabilities = ["CAPABILITY_NAMED_IAM"]
  tags         = var.tags

  parameters = merge(var.parameters, {
    ArtifactBucket = data.aws_s3_bucket.artifacts.id
    ArtifactPrefix = local.prefix
  })

  depends_on = [aws_s3_object.release]
}
