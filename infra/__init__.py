"""The CDK app: one folder under functions/ becomes a queue, a Lambda worker, a role and its alarms."""

import os

# jsii greets Node 20 with a page about its end of life; the app runs on it all the same. Set here because jsii reads it
# when aws_cdk is first imported, and every module that does so is below this package.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
