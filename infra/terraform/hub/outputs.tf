output "stack_id" {
  description = "The ID of the CloudFormation stack."
  value       = aws_cloudformation_stack.headroom.id
}

output "outputs" {
  description = "The outputs of the template: the topic of the alerts, the table, the dashboards."
  value       = aws_cloudformation_stack.headroom.outputs
}
